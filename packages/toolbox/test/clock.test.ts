import { expect, test } from 'vitest';
import { judgeClock } from '../src/checks/database.ts';

test.each([
  [-4999, true, 'the database is 4999 ms behind'],
  [4999, true, 'the database is 4999 ms ahead'],
  [-5001, false, 'the database is 5001 ms behind, more than 5000. See to'],
  [60_000, false, 'the database is 60000 ms ahead, more than 5000. See to'],
])('a clock %i ms apart is well: %s', (skewMs, isOk, detail) => {
  expect(judgeClock(skewMs)).toMatchObject({ isOk, detail: expect.stringContaining(detail) });
});
