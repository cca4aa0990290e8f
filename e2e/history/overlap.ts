import { setTimeout as sleep } from 'node:timers/promises';
import type { ISql, Sql } from '@anb/service-kit/database';
import { Random } from '@anb/testing/random';
import type { Ballot } from './attempts.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

/** Who have not voted before: clients begin with the first. */
const FIRST_VOTER = 20_000;
const VOTERS = 20;
const VIDEOS = 12;
/** Until all votes are there, and until a batch of each process has come as far as it can. */
const [GATHER_MS, HOLD_MS] = [250, 250];
/** Until the process whose connections were cut has asked what became of its batch. */
const ASK_MS = 800;
/** Beside the clients'. */
const ADDRESS = 200;

interface Burst {
  /** What each process gets: first those that meet the locks, the others in any order. */
  first: Ballot[][];
  others: Ballot[][];
  gate: Lock;
  /** Stands in the middle of both batches. */
  stone: Lock;
}
interface Played extends Burst {
  /** Whether the connections of the first process break off while its batch waits, which goes on by itself. */
  isCut: boolean;
}
type Lock = (transaction: ISql) => Promise<unknown>;

/**
 * Both processes get votes at once, each in another order, that gather behind a lock until each has a large batch, with
 * rows or tallies in common. Another lock lies in the middle of these, so that each batch holds some of them and waits
 * for others: only the order that both keep saves them from waiting for each other. Every other pair of bursts has the
 * first process lose sight of its batch meanwhile.
 * @returns how many bursts there were, and the deadlocks that Postgres counted meanwhile
 */
export async function overlap(world: World, history: History, seed: number, seconds: number) {
  const before = await countDeadlocks(world);
  const end = performance.now() + seconds * 1000;
  const random = new Random(seed, 'overlap');
  const ids = [...world.videos.keys()];
  let bursts = 0;
  for (; performance.now() < end; bursts++) {
    const voters = Array.from({ length: VOTERS }, (_, n) =>
      world.voters.at(FIRST_VOTER + VOTERS * bursts + n),
    );
    await Promise.all(voters.map((voter) => world.voters.authorization(voter)));
    const videos = random.shuffle(ids).slice(0, VIDEOS).sort();
    const burst = bursts % 2 === 0 ? sameRows(videos, voters) : sameTallies(videos, voters);
    await play(world, history, random, { ...burst, isCut: bursts % 4 > 1 });
  }
  return { bursts, deadlocks: (await countDeadlocks(world)) - before };
}

async function play(world: World, history: History, random: Random, burst: Played) {
  const { admin } = world;
  const [openGate, liftStone] = [await hold(admin, burst.gate), await hold(admin, burst.stone)];
  const sent = burst.first.flatMap((first, replica) =>
    [...first, ...random.shuffle(burst.others[replica] ?? [])].map((ballot) =>
      history.vote(ballot, replica, ADDRESS),
    ),
  );
  await sleep(GATHER_MS);
  await openGate();
  await sleep(HOLD_MS);
  if (burst.isCut) {
    world.cutConnections();
    await sleep(ASK_MS);
  }
  await liftStone();
  await Promise.all(sent);
}

/** @returns what undoes it again */
async function hold(admin: Sql, lock: Lock): Promise<() => Promise<void>> {
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const over = admin.begin(async (transaction) => {
    await transaction`savepoint before`;
    await lock(transaction);
    held.resolve();
    await released.promise;
    await transaction`rollback to savepoint before`;
  });
  await Promise.race([held.promise, over]);
  return async () => {
    released.resolve();
    await over;
  };
}

const ofEach = (videos: string[], voters: number[]) =>
  videos.flatMap((video) => voters.map((voter): Ballot => ({ video, voter })));
const middle = <T>(things: T[]) => things[Math.floor(things.length / 2)] as T;

const lockTally =
  (video: string): Lock =>
  async (transaction) => {
    await transaction`insert into votes.tallies (video_id, votes) values (${video}, 0) on conflict do nothing`;
    await transaction`select from votes.tallies where video_id = ${video} for update`;
  };
const lockRow =
  ({ video, voter }: Ballot): Lock =>
  (transaction) =>
    transaction`
    insert into votes.votes (video_id, voter_id) values (${video}, ${voter}) on conflict do nothing`;

function sameRows([gate = '', ...videos]: string[], voters: number[]): Burst {
  const ballots = ofEach(videos, voters);
  const stone = middle(ballots);
  return {
    first: voters.slice(0, 2).map((voter) => [{ video: gate, voter }, stone]),
    others: [ballots, ballots],
    gate: lockTally(gate),
    stone: lockRow(stone),
  };
}

function sameTallies([gate = '', ...videos]: string[], voters: number[]): Burst {
  const half = voters.length / 2;
  const halves = [voters.slice(0, half), voters.slice(half)];
  const stone = middle(videos);
  return {
    first: halves.map((some) => ofEach([gate, stone], some.slice(0, 1))),
    others: halves.map((some) => ofEach(videos, some)),
    gate: lockTally(gate),
    stone: lockTally(stone),
  };
}

async function countDeadlocks({ admin }: World): Promise<number> {
  const [row] = await admin<{ deadlocks: number }[]>`
    select deadlocks::integer from pg_stat_database where datname = current_database()`;
  return row?.deadlocks ?? 0;
}
