import { say } from '../pods/progress.ts';
import { flood } from './flood.ts';
import type { Result } from './reckoning.ts';
import { World } from './world.ts';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
say(`seed ${seed}; SEED=${seed} repeats its choices`);
const world = await World.start({ seed, say });
process.on('exit', () => world.abandon());
for (const name of ['SIGINT','SIGTERM'] as const) process.on(name, () => process.exit(1));
say('started');
const r: Result = await flood(world, { clips: Number(process.env.CLIPS ?? 20), players: 8, pauseSeconds: 0.5, patienceSeconds: 300 });
for (const p of r.problems) say(`PROBLEM ${p}`);
console.log(JSON.stringify({ seed, ...r.figures }));
await world.stop();
process.exit(r.problems.length === 0 ? 0 : 1);
