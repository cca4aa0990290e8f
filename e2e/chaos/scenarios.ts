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
  flood: (world) => flood(world, { clips: 200, players: 8, pauseSeconds: 8, patienceSeconds: 480 }),
  stale: staleWorker,
  drain,
  outages: (world) => outages(world, { seconds: 60, pauseSeconds: 8 }),
  messages: (world) => messages(world, { untilDeadLetters: true }),
  deletion,
  takeover: (world) => takeover(world, 30),
  takeover_at_5: (world) => takeover(world, 5),
};

/** What `npm test` plays of it, in two minutes. */
export const slice: Record<string, Scenario> = {
  flood: (world) => flood(world, { clips: 8, players: 4, pauseSeconds: 0.5, patienceSeconds: 60 }),
  outages: (world) => outages(world, { seconds: 4, pauseSeconds: 2 }),
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
    result = { figures: {}, problems: [String(error)] };
  }
  if (result.problems.length > 0) {
    for (const line of world.warnings()) options.say?.(line);
  }
  await world.stop();
  process.off('exit', abandon);
  return result;
}
