import { expect, test } from 'vitest';
import { play, slice } from './chaos/scenarios.ts';

// Of `npm run test:chaos` what two minutes allow. SEED repeats a run's choices.
const seed = Number(process.env.SEED ?? 4);

test.each(Object.keys(slice))(
  'what was answered 201 ends once: %s',
  async (name) => {
    const scenario = slice[name];
    if (!scenario) throw new Error(`there is no ${name}`);
    const { problems, figures } = await play(scenario, { seed });
    expect(problems).toEqual([]);
    expect(figures.final).toBe(figures.jobs);
  },
  90_000,
);
