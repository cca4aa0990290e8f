import { say } from '../pods/progress.ts';
import { fuzz } from './fuzz.ts';
import { closeConnections } from './requests.ts';
import { World } from './world.ts';

const seed = Number(process.env.SEED ?? 5);
const cases = Number(process.env.CASES ?? 300);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));

say(`seed ${seed}; SEED=${seed} CASES=${cases} repeats it`);
const world = await World.start();
const { figures, problems } = await fuzz(world, { seed, cases, say });
closeConnections();
await world.stop();

for (const problem of problems) say(`PROBLEM ${problem}`);
const sum = (kind: string) =>
  Object.values(figures).reduce((total, { statuses }) => total + (statuses[kind] ?? 0), 0);
const line = {
  ...{ suite: 'fuzz', seed, operations: Object.keys(figures).length },
  cases: Object.values(figures).reduce((total, { cases }) => total + cases, 0),
  cases_min: Math.min(...Object.values(figures).map(({ cases }) => cases)),
  ...{
    '2xx': sum('2xx'),
    '3xx': sum('3xx'),
    '4xx': sum('4xx'),
    throttled: sum('throttled'),
    '5xx': sum('5xx'),
  },
  ...{ seconds: Math.round(performance.now() / 1000), problems: problems.length },
};
process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(problems.length === 0 ? 0 : 1);
