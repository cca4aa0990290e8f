import { say } from '../pods/progress.ts';
import { closeConnections } from './cast.ts';
import { play } from './play.ts';
import { World } from './world.ts';

const LIMIT_MS = 10 * 60_000;
const MAX_PROBLEMS = 50;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(process.env.SECONDS ?? 60);
const overlapSeconds = Number(process.env.OVERLAP_SECONDS ?? 30);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));
setTimeout(() => {
  say(`PROBLEM not done after ${LIMIT_MS / 60_000} minutes`);
  process.exit(1);
}, LIMIT_MS).unref();

say(`seed ${seed}; SEED=${seed} repeats its choices`);
const world = await World.start();
process.on('exit', () => world.abandon());
const { figures, problems } = await play(world, { seed, seconds, overlapSeconds, say }).catch((error) => ({
  figures: {},
  problems: [String(error), ...world.takeCrashes()],
}));
for (const problem of problems.slice(0, MAX_PROBLEMS)) say(`PROBLEM ${problem}`);
if (problems.length > 0) for (const line of world.warnings()) say(line);
closeConnections();
await world.stop();

const elapsed = Math.round(performance.now() / 1000);
const line = { suite: 'history', seed, ...figures, seconds: elapsed, problems: problems.length };
process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(problems.length === 0 ? 0 : 1);
