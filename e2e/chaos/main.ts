import { say } from '../pods/progress.ts';
import { playAll, scenarios } from './scenarios.ts';

// Plays every scenario, or those that are named, each in a world of its own.
const LIMIT_MS = 15 * 60_000;
const COUNTS = ['jobs', 'final', 'failed', 'lost', 'stuck', 'doubled', 'orphans'];

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(scenarios);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));
setTimeout(() => {
  say(`PROBLEM not done after ${LIMIT_MS / 60_000} minutes`);
  process.exit(1);
}, LIMIT_MS).unref();

say(`seed ${seed}; SEED=${seed} repeats its choices`);
const figures: Record<string, Record<string, number>> = {};
let problems = 0;
await playAll(names, { seed, say }, (name, result, seconds) => {
  for (const problem of result.problems) say(`PROBLEM ${name}: ${problem}`);
  problems += result.problems.length;
  figures[name] = { ...result.figures, seconds };
  say(`${name}: ${JSON.stringify(figures[name])}`);
});

const sums = Object.fromEntries(
  COUNTS.map((count) => [count, Object.values(figures).reduce((sum, each) => sum + (each[count] ?? 0), 0)]),
);
const line = {
  ...{ suite: 'chaos', seed, ...sums },
  takeover_s: figures.takeover?.takeover_s,
  ...{ seconds: Math.round(performance.now() / 1000), problems, scenarios: figures },
};
process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(problems === 0 ? 0 : 1);
