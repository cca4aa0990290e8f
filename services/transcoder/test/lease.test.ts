import type { Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { createPlayers, createVideo } from '@anb/testing/players';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, releaseLease, takeLease } from '../src/store.ts';
import { busySeconds } from '../src/worker.ts';

let database: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('anb_transcoder');
});
afterAll(() => database.drop());

const waitsForALock = async () => {
  const [row] = await database.admin`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  expect(row).toBeDefined();
};

test('given back while its publish commits, a lease is told as published', async () => {
  const player = await (await createPlayers(database.admin)).signUp();
  const id = await createVideo(database.admin, player.id, { status: 'uploaded' });
  const taken = await takeLease(sql, id, 30);
  if (taken.outcome !== 'leased') throw new Error('not leased');

  const { promise: over, resolve: commit } = Promise.withResolvers<void>();
  const publishing = sql.begin(async (transaction) => {
    expect(await publish(transaction, taken.lease, 5)).toBe(true);
    await over;
  });
  const released = releaseLease(database.connect('anb_transcoder'), taken.lease, null);
  await vi.waitFor(waitsForALock, 5000);
  commit();
  await publishing;
  expect(await released).toEqual({ outcome: 'published', waitSeconds: 0 });
});

test('another’s lease is waited for to its end; a message that meets it again and again waits longer and longer', () => {
  const waits = Array.from({ length: 10 }, (_, index) => busySeconds(30, index + 1));
  expect(waits).toEqual([30, 30, 30, 60, 120, 240, 480, 900, 900, 900]);
  // The receives of a double outlast the longest job.
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(3600);
  expect(busySeconds(0, 1)).toBe(1);
});
