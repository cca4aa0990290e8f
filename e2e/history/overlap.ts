import { setTimeout as sleep } from 'node:timers/promises';
import type { ISql, Sql } from '@anb/service-kit/database';
import { Random } from '@anb/testing/random';
import type { Ballot } from './attempts.ts';
import type { History } from './history.ts';
import { Organiser } from './organiser.ts';
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
  /** What an organiser does meanwhile. */
  judge: () => Promise<void>[];
}
type Lock = (transaction: ISql) => Promise<unknown>;

/**
 * Both processes get votes at once, each in another order, that gather behind a lock until each has a large batch, with
 * rows or tallies in common. Another lock lies in the middle of these, so that each batch holds some of them and waits
 * for others: only the order that both keep saves them from waiting for each other. Every other pair of bursts has the
 * first process lose sight of its batch meanwhile. In all of them an organiser voids votes for one of the videos, whose
 * voters vote for it again, and restores what was voided before.
 * @returns what there was, and the deadlocks that Postgres counted meanwhile
 */
export async function overlap(world: World, history: History, seed: number, seconds: number) {
  const before = await countDeadlocks(world);
  const end = performance.now() + seconds * 1000;
  const random = new Random(seed, 'overlap');
  const organiser = new Organiser(world);
  const ids = [...world.videos.keys()].filter((id) => !world.contested.includes(id));
  let bursts = 0;
  for (let earlier: number[] = []; performance.now() < end; bursts++) {
    const voters = Array.from({ length: VOTERS }, (_, n) =>
      world.voters.at(FIRST_VOTER + VOTERS * bursts + n),
    );
    await Promise.all(voters.map((voter) => world.voters.authorization(voter)));
    const contested = world.contested[Math.floor(bursts / 4) % world.contested.length] ?? '';
    const videos = [...random.shuffle(ids).slice(0, VIDEOS - 1), contested].sort();
    const burst = bursts % 2 === 0 ? sameRows(videos, voters) : sameTallies(videos, voters);
    const others = burst.others.map((ballots) => [...ballots, ...ofEach([contested], earlier)]);
    const judge = () => [
      organiser.restore(bursts % 2),
      organiser.void(contested, [...earlier, ...voters], 1),
    ];
    await play(world, history, random, { ...burst, others, judge, isCut: bursts % 4 > 1 });
    earlier = voters;
  }
  const { voidings, restorations, problems } = organiser;
  const deadlocks = (await countDeadlocks(world)) - before;
  return { seen: { bursts, voidings, restorations }, deadlocks, problems };
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
  const judged = burst.judge();
  await sleep(HOLD_MS);
  if (burst.isCut) {
    world.cutConnections();
    await sleep(ASK_MS);
  }
  await liftStone();
  await Promise.all([...sent, ...judged]);
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
