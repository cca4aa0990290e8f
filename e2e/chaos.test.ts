import { afterAll, beforeAll, expect, test } from 'vitest';
import { slice } from './chaos/scenarios.ts';
import { World } from './chaos/world.ts';

// Of `npm run test:chaos` what two minutes allow. SEED repeats a run's choices.
const seed = Number(process.env.SEED ?? 4);
let world: World;

beforeAll(async () => {
  world = await World.start({ seed });
});
afterAll(() => world?.stop());

test.each(Object.entries(slice))(
  'what was answered 201 ends, once: %s',
  async (_name, scenario) => {
    const { problems, figures } = await scenario(world);
    expect(problems).toEqual([]);
    expect(figures.final).toBe(figures.jobs);
  },
  120_000,
);
