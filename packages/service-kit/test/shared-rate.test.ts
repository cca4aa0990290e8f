import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '../src/log.ts';
import { SharedRate } from '../src/shared-rate.ts';

let database: TestDatabase;
const running: SharedRate[] = [];
const statements: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((rate) => rate.stop()));
  statements.length = 0;
});
afterAll(() => database.drop());

function replica(name: string, burst: number, perMinute = 0.001) {
  const sql = database.connect('anb_votes', (query) => statements.push(query));
  const rate = new SharedRate({
    ...{ sql, log: createLog('test', 'silent'), name, burst, perMinute, everyMs: 20 },
  });
  rate.start();
  running.push(rate);
  return rate;
}

const refusal = { status: 429, code: 'too_many_requests' };
function granted(rate: SharedRate, times: number, whose = '7'): number {
  for (let n = 0; n < times; n++) {
    try {
      rate.take(whose);
    } catch (error) {
      expect(error).toMatchObject(refusal);
      return n;
    }
  }
  return times;
}
const levelOf = async (key: string): Promise<number> => {
  const [row] = await database.admin`select level from auth.throttles where key = ${`anb_votes ${key}`}`;
  return row?.level ?? 0;
};

test('grants a burst once to each, and tells how long to wait for the next', () => {
  const rate = replica('one', 100, 6);
  expect(granted(rate, 150)).toBe(100);
  expect(granted(rate, 150, '8')).toBe(100);
  expect(() => rate.take('7')).toThrow(
    expect.objectContaining({ limit: 'one', headers: { 'Retry-After': expect.stringMatching(/^(9|10)$/) } }),
  );
});

test('refills as time goes on', async () => {
  const rate = replica('refill', 10, 6000);
  expect(granted(rate, 20)).toBeLessThan(20);
  await vi.waitFor(() => rate.take('7'));
});

test('two replicas grant one burst together, but for what they have not told yet', async () => {
  const [one, other] = [replica('shared', 160), replica('shared', 160)];
  expect(granted(one, 130)).toBe(130);
  await vi.waitFor(async () => expect(await levelOf('shared:7')).toBeCloseTo(130, 0));
  // It has not heard of the key before.
  expect(granted(other, 10)).toBe(10);
  await vi.waitFor(async () => expect(await levelOf('shared:7')).toBeCloseTo(140, 0));
  await sleep(200);
  const rest = granted(other, 160);
  expect(rest).toBe(20);
  await vi.waitFor(async () => expect(await levelOf('shared:7')).toBeCloseTo(160, 0));
  // One believes in 130; a sixteenth later it knows better.
  const unheard = granted(one, 10);
  await vi.waitFor(async () => expect(await levelOf('shared:7')).toBeCloseTo(170, 0));
  await vi.waitFor(() => expect(granted(one, 1)).toBe(0));
  expect(unheard).toBe(10);
});

test('costs one statement for many, and none for who keeps within a sixteenth', async () => {
  const rate = replica('cost', 160);
  for (let person = 0; person < 500; person++) granted(rate, 9, String(person));
  await sleep(100);
  expect(statements).toEqual([]);
  for (let person = 0; person < 500; person++) granted(rate, 1, String(person));
  await vi.waitFor(async () => expect(await levelOf('cost:499')).toBeCloseTo(10, 0));
  expect(statements).toHaveLength(1);
});

test('goes on by itself while the database refuses, and tells afterwards', async () => {
  const statement = 'on function auth.add_many_v1';
  await database.admin.unsafe(`revoke execute ${statement} from anb_votes`);
  const rate = replica('away', 160);
  expect(granted(rate, 100)).toBe(100);
  await vi.waitFor(() => expect(statements.length).toBeGreaterThan(1));
  expect(granted(rate, 100)).toBe(60);
  await database.admin.unsafe(`grant execute ${statement} to anb_votes`);
  await vi.waitFor(async () => expect(await levelOf('away:7')).toBeCloseTo(160, 0));
  expect(granted(rate, 1)).toBe(0);
});

test('tells no more than has not been forgiven meanwhile', async () => {
  const statement = 'on function auth.add_many_v1';
  await database.admin.unsafe(`revoke execute ${statement} from anb_votes`);
  const rate = replica('forgiven', 160, 6000);
  expect(granted(rate, 160)).toBe(160);
  await sleep(1000);
  await database.admin.unsafe(`grant execute ${statement} to anb_votes`);
  await vi.waitFor(async () => expect(await levelOf('forgiven:7')).toBeGreaterThan(0), { interval: 10 });
  expect(await levelOf('forgiven:7')).toBeLessThanOrEqual(60);
});

test('remembers a hundred thousand at most: the first is forgotten first', () => {
  const rate = replica('memory', 1);
  expect(granted(rate, 2, 'first')).toBe(1);
  for (let n = 0; n < 99_999; n++) granted(rate, 1, `${n}`);
  expect(granted(rate, 2, 'first')).toBe(0);
  granted(rate, 1, 'one more');
  expect(granted(rate, 2, 'first')).toBe(1);
});
