import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@anb/testing/random';
import type { Ballot } from './attempts.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

export const CLIENTS = 16;
const HOT = 3;
/** The same vote twice at once, as of two tabs. */
const TWICE = [
  [0, 1],
  [0, 0],
  [1, 1],
];
const REMEMBERED = 20;
/** After a process that is not there: it takes a second to come back. */
const PAUSE_MS = 50;
/** Of every other client: or all would wait together for a process that stands still. */
const PATIENCE_MS = 400;

/** One after the other, until it is told to stop, each at the process that it picks. */
export async function runClient(world: World, history: History, seed: number, n: number, over: AbortSignal) {
  const random = new Random(seed, `client ${n}`);
  const choose = chooser(world, random, n);
  while (!over.aborted) {
    const ballot = choose.next();
    const replicas = random.next() < 0.1 ? random.pick(TWICE) : [random.pick([0, 1])];
    const patienceMs = n % 2 === 0 ? undefined : PATIENCE_MS;
    const leaveAfterMs = random.next() < 0.03 ? random.between(0, 15) : patienceMs;
    const outcomes = await Promise.all(
      replicas.map((replica) => history.vote(ballot, replica, n, leaveAfterMs)),
    );
    const kinds = outcomes.map(({ kind }) => kind);
    if (kinds.includes('unknown') && random.next() < 0.7) choose.again(ballot);
    if (kinds.includes('unsent')) await sleep(PAUSE_MS);
  }
}

/** What a client votes for: mostly what nobody has of these voters, and most of it for few videos. */
function chooser({ videos, voters }: World, random: Random, n: number) {
  const [ids, own] = [[...videos.keys()], [...videos]];
  const before: Ballot[] = [];
  const due: Ballot[] = [];
  let turn = 0;
  const fresh = (): Ballot => {
    const video = random.pick(random.next() < 0.7 ? ids.slice(0, HOT) : ids);
    return { video, voter: voters.at(n + CLIENTS * turn++) };
  };
  const choice = (): Ballot => {
    const luck = random.next();
    if (luck < 0.02) return { video: randomUUID(), voter: fresh().voter };
    const [video, voter] = random.pick(own);
    if (luck < 0.04) return { video, voter };
    return luck < 0.15 && before.length > 0 ? random.pick(before) : fresh();
  };
  return {
    next: (): Ballot => {
      const ballot = due.shift() ?? choice();
      before.push(ballot);
      before.splice(0, before.length - REMEMBERED);
      return ballot;
    },
    /** As a person does who was not answered. */
    again: (ballot: Ballot) => void due.push(ballot),
  };
}
