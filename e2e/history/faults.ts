import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@anb/testing/random';
import type { History } from './history.ts';
import type { World } from './world.ts';

export const faultKinds = ['kill', 'pause', 'crash', 'cut', 'lost_reply'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  atMs: number;
  /** That it strikes: a crash of Postgres both; only the first has a proxy between that can cut and lose. */
  replica: number | undefined;
  /** How long a process stands still. */
  forMs: number;
}

/** The longest is longer than a database may take to answer. */
const PAUSES_MS = [500, 1500, 4000, 9000];
/** How long a fault waits for votes on their way. */
const MEET_MS = 5000;

/** The faults of a run: each kind in turn, in an order that changes. */
export function plan(seed: number, seconds: number): Fault[] {
  const random = new Random(seed, 'faults');
  const faults: Fault[] = [];
  for (let atMs = 0; ; ) {
    for (const kind of random.shuffle(faultKinds)) {
      atMs += random.between(800, 3200);
      const [one, forMs] = [random.pick([0, 1]), random.pick(PAUSES_MS)];
      const fault = { kind, atMs, replica: struckBy(kind, one), forMs };
      if (atMs > seconds * 1000) return faults;
      faults.push(fault);
    }
  }
}

/**
 * Plays a plan and what it has begun to its end.
 * @returns how many of each kind struck while votes were on their way
 */
export async function strike(world: World, history: History, faults: Fault[], say: (line: string) => void) {
  const struck: Record<FaultKind, number> = { kill: 0, pause: 0, crash: 0, cut: 0, lost_reply: 0 };
  const begin = performance.now();
  const pauses: Promise<unknown>[] = [];
  for (const fault of faults) {
    await sleep(Math.max(0, begin + fault.atMs - performance.now()));
    const { kind, replica } = fault;
    const met = await untilMet(history, replica);
    say(`${kind} ${replica ?? 'of Postgres'}, ${met} votes on their way`);
    const over = weapons[kind](world, fault);
    // Other faults meet a process that stands still.
    if (kind === 'pause') pauses.push(over);
    else await over;
    if (met > 0 || kind === 'lost_reply') struck[kind]++;
  }
  await Promise.all(pauses);
  await Promise.all(world.replicas.map((replica) => replica.untilReady()));
  return struck;
}

const struckBy = (kind: FaultKind, one: number) =>
  ({ kill: one, pause: one, crash: undefined, cut: 0, lost_reply: 0 })[kind];

/** All clients may wait for the other process just then. */
async function untilMet(history: History, replica: number | undefined): Promise<number> {
  const deadline = performance.now() + MEET_MS;
  while (history.inFlight(replica) === 0 && performance.now() < deadline) await sleep(5);
  return history.inFlight(replica);
}

/** Each resolves when it is over. */
const weapons: Record<FaultKind, (world: World, fault: Fault) => Promise<unknown>> = {
  kill: async ({ replicas }, { replica = 0 }) => replicas[replica]?.kill(),
  pause: async ({ replicas }, { replica = 0, forMs }) => {
    replicas[replica]?.pause();
    await sleep(forMs);
    replicas[replica]?.resume();
  },
  crash: (world) => world.crashPostgres(),
  cut: async (world) => world.cutConnections(),
  /** Of the next batch that is committed. */
  lost_reply: ({ lostReplies }) => lostReplies.loseNext(isCommittedBallot),
};

/** Of the statements of a transaction, or of a lone one. */
const isCommittedBallot = (statements: string[]) =>
  statements.some((statement) => statement.includes('insert into votes.votes')) &&
  (statements.length === 1 || statements.at(-1) === 'commit');
