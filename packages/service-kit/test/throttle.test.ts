import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { throttle } from '../src/throttle.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const refused = { status: 429, code: 'too_many_requests' };

test('grants a burst once, over all connections, then refuses with the time to wait', async () => {
  const sql = database.connect('anb_votes');
  const rate = { burst: 20, perMinute: 6 };
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => throttle(sql, 'burst', rate)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  await expect(throttle(sql, 'burst', rate)).rejects.toMatchObject({
    ...refused,
    headers: { 'Retry-After': expect.stringMatching(/^(9|10)$/) },
  });
});

test('refills as time goes on, up to the burst', async () => {
  const sql = database.connect('anb_auth');
  const rate = { burst: 3, perMinute: 6 };
  const take = () => throttle(sql, 'refill', rate);
  for (let n = 0; n < 3; n++) await take();
  await expect(take()).rejects.toMatchObject(refused);
  const passes = (seconds: number) =>
    database.admin`update auth.throttles set at = at - make_interval(secs => ${seconds}) where key = 'refill'`;
  await passes(10.5);
  await take();
  await expect(take()).rejects.toMatchObject(refused);
  await passes(3600);
  for (let n = 0; n < 3; n++) await take();
  await expect(take()).rejects.toMatchObject(refused);
});

test('counts each key by itself', async () => {
  const sql = database.connect('anb_videos');
  await throttle(sql, 'one', { burst: 1, perMinute: 1 });
  await throttle(sql, 'other', { burst: 1, perMinute: 1 });
  await expect(throttle(sql, 'one', { burst: 1, perMinute: 1 })).rejects.toMatchObject(refused);
});

test("is a login's own: no service can use up, or give back, what another counts", async () => {
  const rate = { burst: 1, perMinute: 1 };
  for (const role of ['anb_auth', 'anb_videos', 'anb_votes'] as const) {
    const sql = database.connect(role);
    await throttle(sql, 'sign_up:school', rate);
    await expect(throttle(sql, 'sign_up:school', rate)).rejects.toMatchObject(refused);
  }
  const votes = database.connect('anb_votes');
  await votes`select from auth.add_many_v1(array['sign_up:school'], array[-1], 1e9)`;
  await expect(throttle(database.connect('anb_auth'), 'sign_up:school', rate)).rejects.toMatchObject(refused);
});
