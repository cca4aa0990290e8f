import { type Attempt, countBy } from './attempts.ts';
import { CLIENTS, runClient } from './clients.ts';
import { judge, readMended, untilQuiet } from './evidence.ts';
import { type FaultKind, faultKinds, plan, strike } from './faults.ts';
import { History } from './history.ts';
import { overlap } from './overlap.ts';
import type { World } from './world.ts';

export interface PlayOptions {
  seed: number;
  /** With faults, and after these of overlapping batches without any. */
  seconds: number;
  overlapSeconds: number;
  say?: (line: string) => void;
}

/** A whole run: faults, overlapping batches, quiet, judgement. */
export async function play(world: World, options: PlayOptions) {
  const { seed, seconds, overlapSeconds, say = () => {} } = options;
  const history = new History(world);
  const faults = await playFaults(world, history, { seed, seconds, say });
  say('no more faults; both processes get the same votes at once');
  const {
    seen: overlapped,
    deadlocks,
    problems: refused,
  } = await overlap(world, history, seed, overlapSeconds);
  await untilQuiet(world);
  const { figures, problems } = await judge(world, history);
  const seen = { mended: await readMended(world), deadlocks: Math.max(world.deadlocks, deadlocks) };
  const told = tell(history.attempts);
  problems.push(
    ...(seen.mended > 0 ? [`tallies were off by ${seen.mended} votes and have been mended`] : []),
    ...(seen.deadlocks > 0 ? [`Postgres saw ${seen.deadlocks} deadlocks`] : []),
    ...refused,
    ...whyVoid(faults, figures.acked, told.unknown),
    ...world.takeCrashes(),
  );
  return { history, problems, figures: { ...figures, ...seen, ...told, faults, ...overlapped } };
}

const tell = (attempts: readonly Attempt[]) => ({
  attempts: attempts.length,
  refused: countBy(attempts, (outcome) => (outcome.kind === 'refused' ? outcome.code : undefined)),
  unknown: countBy(attempts, (outcome) => (outcome.kind === 'unknown' ? outcome.why : undefined)),
  unsent: attempts.filter(({ outcome }) => outcome.kind === 'unsent').length,
});

type Faulty = Required<Pick<PlayOptions, 'seed' | 'seconds' | 'say'>>;

async function playFaults(world: World, history: History, { seed, seconds, say }: Faulty) {
  const over = new AbortController();
  const clients = Array.from({ length: CLIENTS }, (_, n) => runClient(world, history, seed, n, over.signal));
  const progress = setInterval(() => say(`${history.attempts.length} votes sent`), 5000);
  try {
    const [struck] = await Promise.all([
      strike(world, history, plan(seed, seconds), say),
      new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    ]);
    return struck;
  } finally {
    clearInterval(progress);
    over.abort();
    await Promise.all(clients);
  }
}

/** A run in which nothing went wrong has shown nothing. */
function whyVoid(
  faults: Record<FaultKind, number>,
  acked: number,
  unknown: Record<string, number>,
): string[] {
  return [
    ...faultKinds.filter((kind) => faults[kind] === 0).map((kind) => `void: no ${kind} met a vote`),
    ...(acked === 0 ? ['void: no vote was answered 200'] : []),
    ...((unknown.cut ?? 0) === 0 ? ['void: no vote was cut off'] : []),
  ];
}
