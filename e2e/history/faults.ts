import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../chaos/random.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

export const faultKinds = ['kill', 'pause', 'crash', 'lost_reply'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  atMs: number;
  /** That it strikes; a crash strikes both, and only the first has its replies lost. */
  replica: number;
  /** How long a process stands still. */
  forMs: number;
}

/** The faults of a run: each kind in turn, in an order that changes. */
export function plan(seed: number, seconds: number): Fault[] {
  const random = new Random(seed, 'faults');
  const faults: Fault[] = [];
  for (let atMs = 0; ; ) {
    for (const kind of random.shuffle(faultKinds)) {
      atMs += random.between(700, 2500);
      const fault = { kind, atMs, replica: random.pick([0, 1]), forMs: random.between(500, 4000) };
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
  const struck: Record<FaultKind, number> = { kill: 0, pause: 0, crash: 0, lost_reply: 0 };
  const begin = performance.now();
  const open: Promise<unknown>[] = [];
  const weapons = arm(world);
  for (const fault of faults) {
    await sleep(Math.max(0, begin + fault.atMs - performance.now()));
    const met = history.inFlight(fault.kind === 'crash' ? undefined : fault.replica);
    say(`${fault.kind} ${fault.kind === 'crash' ? 'of Postgres' : fault.replica}, ${met} votes on their way`);
    const end = weapons[fault.kind](fault);
    // A reply that is lost is one to votes.
    if (fault.kind === 'lost_reply') open.push(end.then((lost) => lost && struck.lost_reply++));
    else if (met > 0) struck[fault.kind]++;
    open.push(end);
  }
  await Promise.all(open);
  await Promise.all(world.replicas.map((replica) => replica.untilReady()));
  return struck;
}

/** What is done for each kind; resolves when it is over, with whether it came to it. */
function arm(world: World): Record<FaultKind, (fault: Fault) => Promise<boolean>> {
  let crashed = Promise.resolve();
  let losing = Promise.resolve();
  let isLosing = false;
  return {
    kill: async ({ replica }) => {
      world.replicas[replica]?.kill();
      return true;
    },
    pause: async ({ replica, forMs }) => {
      world.replicas[replica]?.pause();
      await sleep(forMs);
      world.replicas[replica]?.resume();
      return true;
    },
    crash: async () => {
      crashed = crashed.then(() => world.crashPostgres());
      await crashed;
      return true;
    },
    lost_reply: async () => {
      if (isLosing) return false;
      isLosing = true;
      losing = world.lostReplies.loseNext(isCommittedBallot);
      await losing;
      isLosing = false;
      return true;
    },
  };
}

/** Of the statements of a transaction, or of a lone one. */
const isCommittedBallot = (statements: string[]) =>
  statements.some((statement) => statement.includes('insert into votes.votes')) &&
  (statements.length === 1 || statements.at(-1) === 'commit');
