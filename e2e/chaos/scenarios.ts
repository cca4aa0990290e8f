import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeCorpus } from '@anb/sample-clips/hostile';
import { corpus } from './corpus.ts';
import { deletion } from './deletion.ts';
import { drain } from './drain.ts';
import { flood } from './flood.ts';
import { messages } from './messages.ts';
import { outages } from './outages.ts';
import type { Result } from './reckoning.ts';
import { staleWorker } from './stale-worker.ts';
import { takeover } from './takeover.ts';
import { World } from './world.ts';

export type Scenario = (world: World) => Promise<Result>;

/** Everything, as `npm run test:chaos` plays it. */
export const scenarios: Record<string, Scenario> = {
  flood: (world) => flood(world, { clips: 200, players: 8, pauseSeconds: 8, patienceSeconds: 420 }),
  outages: (world) => outages(world, { seconds: 60, pauseSeconds: 8 }),
  takeover: (world) => takeover(world, 30),
  messages: (world) => messages(world, { untilDeadLetters: true }),
  stale: staleWorker,
  drain,
  deletion,
  corpus: (world) => corpus(world, (folder, canary) => makeCorpus(findFfmpeg().ffmpeg, folder, canary)),
  takeover_at_5: (world) => takeover(world, 5),
};

/** Most of an outage is waiting, and so are the scenarios that are played meanwhile. */
const BESIDE: Record<string, string> = {
  takeover: 'outages',
  messages: 'outages',
  stale: 'outages',
  takeover_at_5: 'outages',
};

/** What `npm test` plays of it, in two minutes. */
export const slice: Record<string, Scenario> = {
  flood: (world) => flood(world, { clips: 6, players: 3, pauseSeconds: 0.5, patienceSeconds: 40 }),
  outages: (world) => outages(world, { seconds: 3, pauseSeconds: 8 }),
  messages: (world) => messages(world, { untilDeadLetters: false }),
  takeover: (world) => takeover(world, 5),
};

export interface PlayOptions {
  seed: number;
  say?: (line: string) => void;
}

/** Plays one scenario in a world of its own; whatever breaks it off is one of its problems. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Result> {
  const world = await World.start(options);
  const abandon = () => world.abandon();
  process.on('exit', abandon);
  let result: Result;
  try {
    result = await scenario(world);
  } catch (error) {
    result = { figures: {}, problems: [String(error), ...world.takeCrashes()] };
  }
  if (result.problems.length > 0) {
    for (const line of world.warnings()) options.say?.(line);
  }
  await world.stop();
  process.off('exit', abandon);
  return result;
}

export type Report = (name: string, result: Result, seconds: number) => void;

/** Plays the named scenarios one after the other, but for those that may go beside another one. */
export async function playAll(names: string[], options: PlayOptions, report: Report): Promise<void> {
  const one = async (name: string) => {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(`there is no ${name}; there are ${Object.keys(scenarios).join(', ')}`);
    options.say?.(`${name} begins`);
    const start = performance.now();
    const result = await play(scenario, options);
    report(name, result, Math.round((performance.now() - start) / 1000));
  };
  const inTurn = async (turn: string[]) => {
    for (const name of turn) await one(name);
  };
  const isBeside = (name: string) => names.includes(BESIDE[name] ?? '');
  for (const name of names.filter((name) => !isBeside(name))) {
    await Promise.all([one(name), inTurn(names.filter((other) => BESIDE[other] === name))]);
  }
}
