import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operationsOf } from '../scripts/collection/api.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { oddRequests, sendBytes } from './fuzz/odd-requests.ts';
import { closeConnections } from './fuzz/requests.ts';
import { World } from './fuzz/world.ts';
import { environmentOf } from './stack.ts';

// Of `npm run test:fuzz` what ten seconds allow. SEED repeats a run's choices.
const seed = Number(process.env.SEED ?? 5);
const CASES = 10;
let world: World;

beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => {
  closeConnections();
  await world?.stop();
});

test('every operation answers whatever it is asked as the document says, and never 5xx', async () => {
  const { figures, problems } = await fuzz(world, { seed, cases: CASES });
  expect(problems).toEqual([]);
  const { body: document } = await world.api.send('GET', '/openapi.json');
  const operations = operationsOf(document).map(({ operationId }) => operationId);
  expect(operations).not.toEqual([]);
  expect(Object.keys(figures).sort()).toEqual(operations.sort());
  expect(Object.values(figures).every(({ cases }) => cases >= CASES)).toBe(true);
}, 120_000);

describe.each([
  ['the gateway', () => new URL(world.stack.url).port],
  ['a service', () => environmentOf(world.stack.pidOf('auth')).PORT],
])('%s answers', (_whom, port) => {
  test.each(oddRequests)('%s', async (_what, bytes, statuses) => {
    expect(statuses).toContain(await sendBytes(Number(port()), bytes));
    expect(await sendBytes(Number(port()), 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n')).toBe(200);
  });
});
