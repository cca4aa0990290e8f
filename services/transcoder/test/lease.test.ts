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
    expect(await publish(transaction, taken.lease, 5)).toBe('published');
    await over;
  });
  const released = releaseLease(database.connect('anb_transcoder'), taken.lease, null);
  await vi.waitFor(waitsForALock, 5000);
  commit();
  await publishing;
  expect(await released).toEqual({ outcome: 'published', waitSeconds: 0 });
});

const leased = async (details: Parameters<typeof createVideo>[2] = {}) => {
  const player = await (await createPlayers(database.admin)).signUp({ city: 'Medellín' });
  const id = await createVideo(database.admin, player.id, { status: 'uploaded', ...details });
  const taken = await takeLease(sql, id, 30);
  if (taken.outcome !== 'leased') throw new Error('not leased');
  return { id, player, lease: taken.lease };
};
const row = async (id: string) =>
  (await database.admin`select * from videos.videos where id = ${id}`)[0] ?? {};

test('a job whose player has no account any more ends: it fails, and what was stored goes', async () => {
  const { id, player, lease } = await leased();
  await database.admin`delete from auth.sessions where user_id = ${player.id}`;
  await database.admin`delete from auth.users where id = ${player.id}`;
  expect(await publish(sql, lease, 5)).toBe('gone');
  expect(await row(id)).toMatchObject({ status: 'failed', failure_code: 'owner_gone', lease_token: null });
  const left = await database.admin`select kind, version from videos.outbox where video_id = ${id}`;
  expect(left).toEqual([{ kind: 'remove_version', version: lease.token }]);
  expect(await publish(sql, lease, 5)).toBe('lost');
  expect(await takeLease(sql, id, 30)).toEqual({ outcome: 'final' });
});

test('while the contest is reviewed nothing opens by being published, also by the release before', async () => {
  await database.admin`update votes.contest set review_before_publication = true`;
  const [now, before, kept] = [await leased(), await leased(), await leased({ is_public: false })];
  expect(await publish(sql, now.lease, 5)).toBe('published');
  await sql`select videos.publish_v1(${before.id}, ${before.lease.token}, 5)`;
  expect(await publish(sql, kept.lease, 5)).toBe('published');
  const waits = { status: 'processed', open: false, published_at: null, city: null };
  expect(await row(now.id)).toMatchObject({ ...waits, review: 'pending' });
  expect(await row(before.id)).toMatchObject({ ...waits, review: 'pending' });
  expect(await row(kept.id)).toMatchObject({ ...waits, review: null });

  await database.admin`update votes.contest set review_before_publication = false`;
  const { id, lease } = await leased();
  await publish(sql, lease, 5);
  expect(await row(id)).toMatchObject({ open: true, review: null, city: 'Medellín' });
});

test('another’s lease is waited for to its end; a message that meets it again and again waits longer and longer', () => {
  const waits = Array.from({ length: 10 }, (_, index) => busySeconds(30, index + 1));
  expect(waits).toEqual([30, 30, 30, 60, 120, 240, 480, 900, 900, 900]);
  // The receives of a double outlast the longest job.
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(3600);
  expect(busySeconds(0, 1)).toBe(1);
});
