import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { createPlayers, createVideo, type Player } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RankingRow } from '../src/ranking-pages.ts';
import { Standings } from '../src/standings.ts';
import { isBehind, readChanges } from '../src/store/contenders.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let admin: typeof votes.database.admin;
let player: Player;
let video: string;

beforeAll(async () => {
  votes = await openVotes();
  admin = votes.database.admin;
});
afterAll(() => votes.close());
const publish = async () => {
  player = await votes.players.signUp();
  video = await createVideo(admin, player.id);
  await seen(video, { votes: 0, username: 'Ana Ríos', city: 'Bogotá' });
};

const ranking = async () =>
  (await (await votes.app.request('/api/public/rankings?limit=100')).json()) as RankingRow[];
/** Within the second that a vote has; null: it is not there. */
const seen = (videoId: string, expected: Partial<RankingRow> | null) =>
  vi.waitFor(
    async () => {
      const row = (await ranking()).find(({ video_id }) => video_id === videoId);
      if (expected) expect(row).toMatchObject(expected);
      else expect(row).toBeUndefined();
    },
    { timeout: 1000, interval: 20 },
  );
const raise = (videoId: string, sql: typeof admin = admin) =>
  sql`insert into votes.tallies values (${videoId}, 1) on conflict (video_id) do update set votes = tallies.votes + 1`;

describe('the snapshot follows', () => {
  beforeEach(publish);

  test.each<[string, () => Promise<unknown>, Partial<RankingRow> | null]>([
    ['a vote', () => raise(video), { votes: 1 }],
    [
      'a new name',
      () => admin`update auth.users set last_name = 'Mora' where id = ${player.id}`,
      { username: 'Ana Mora' },
    ],
    [
      'a new title',
      () => admin`update videos.videos set title = 'Mate' where id = ${video}`,
      { title: 'Mate' },
    ],
    [
      'a video made private',
      () => admin`update videos.videos set is_public = false where id = ${video}`,
      null,
    ],
    ['a hidden video', () => admin`update videos.videos set hidden_at = now() where id = ${video}`, null],
    ['a deleted video', () => admin`update videos.videos set deleted_at = now() where id = ${video}`, null],
    [
      'a deleted account',
      () => admin`update auth.users set email = null, deleted_at = now() where id = ${player.id}`,
      null,
    ],
  ])('%s', async (_what, change, expected) => {
    await change();
    await seen(video, expected);
  });

  test('a video that is shown again, with its votes', async () => {
    await raise(video);
    await admin`update videos.videos set hidden_at = now() where id = ${video}`;
    await seen(video, null);
    await admin`update videos.videos set hidden_at = null where id = ${video}`;
    await seen(video, { votes: 1 });
  });

  test('a video that is processed', async () => {
    const waiting = await createVideo(admin, player.id, { status: 'processing' });
    await sleep(500);
    await admin`
      update videos.videos set status = 'processed', processed_at = now(), media_version = gen_random_uuid()
      where id = ${waiting}`;
    await seen(waiting, { votes: 0, city: 'Bogotá' });
  });

  test('a city that becomes one of the contest, and one that is no longer', async () => {
    const away = await createVideo(admin, player.id, { city: 'San Gil' });
    await seen(away, { city: 'San Gil', qualifies: false });
    await admin`insert into votes.cities values ('San Gil (Santander)')`;
    await admin`insert into votes.city_keys values ('san gil', 'San Gil (Santander)')`;
    await seen(away, { city: 'San Gil (Santander)', qualifies: true });
    await admin`delete from votes.cities where name = 'San Gil (Santander)'`;
    await seen(away, { city: 'San Gil', qualifies: false });
  });

  test('what a transaction did that began first and ended last', async () => {
    const other = await createVideo(admin, player.id);
    await seen(other, { votes: 0 });
    await admin.begin(async (transaction) => {
      await raise(video, transaction as unknown as typeof admin);
      await raise(other);
      await seen(other, { votes: 1 });
      // Another poll, whose view has more than the last one's and not this transaction.
      await sleep(900);
      await raise(other);
      await seen(other, { votes: 2 });
      await seen(video, { votes: 0 });
    });
    await seen(video, { votes: 1 });
  });

  test('what was changed under a number that a crash made free again', async () => {
    const [row] = await admin<{ number: string }[]>`select pg_current_xact_id()::text as number`;
    await sleep(900);
    await admin.begin(async (transaction) => {
      await transaction`set local session_replication_role = replica`;
      await transaction`insert into votes.tallies values (${video}, 1, ${row?.number ?? ''})`;
    });
    await seen(video, { votes: 1 });
  });

  test('nothing twice: of what did not change there is no new version', async () => {
    await sleep(900);
    const before = votes.standings.current;
    await admin`update auth.users set city = 'Cali', city_key = 'cali' where id = ${player.id}`;
    await admin`update videos.videos set progress = 7 where id = ${video}`;
    await sleep(900);
    expect(votes.standings.current).toBe(before);
    await raise(video);
    await seen(video, { votes: 1 });
    expect(votes.standings.current).not.toBe(before);
  });
});

test('of an earlier database everything is read anew', async () => {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const { admin } = database;
  await runAhead(admin);
  const [{ id }, log] = [await (await createPlayers(admin)).signUp(), keptLog('votes')];
  const [stays, goes] = [await createVideo(admin, id), await createVideo(admin, id)];
  const standings = new Standings({ sql: database.connect('anb_votes'), log, registry: new Registry() });
  onTestFinished(() => standings.stop());
  await standings.start();
  const before = standings.contender(stays);
  expect(before).toMatchObject({ votes: 0 });
  await raise(stays, admin);
  await admin`update videos.videos set hidden_at = now() where id = ${goes}`;
  await sleep(900);
  expect(standings.contender(stays)).toBe(before);
  await admin`update ahead.by set transactions = 0`;
  await vi.waitFor(() => expect(standings.contender(stays)).toMatchObject({ votes: 1 }));
  expect(standings.contender(goes)).toBeUndefined();
  expect(standings.current.ranking.national).toEqual([standings.contender(stays)]);
  await raise(stays, admin);
  await vi.waitFor(() => expect(standings.contender(stays)).toMatchObject({ votes: 2 }));
});

/** Lets a database say that it is further on than it is, so that it can be an earlier one later. */
const runAhead = (admin: typeof votes.database.admin) =>
  admin.unsafe(`
    create schema ahead;
    create table ahead.by as select 1000000 as transactions;
    create function ahead.pg_current_snapshot() returns pg_snapshot stable language sql as $$
      select format('%1$s:%1$s:', pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint + transactions)::pg_snapshot
      from ahead.by $$;
    grant usage on schema ahead to anb_votes;
    grant select on ahead.by to anb_votes;
    do $$ begin
      execute format('alter database %I set search_path = ahead, pg_catalog', current_database());
    end $$`);

describe('changes', () => {
  beforeAll(publish);

  const currentSnapshot = async () =>
    (await admin<{ now: string }[]>`select pg_current_snapshot()::text as now`)[0]?.now ?? '';

  test('are read once, and few of many', async () => {
    const since = await currentSnapshot();
    await raise(video);
    const { videos, upTo } = await readChanges(votes.sql, since);
    expect(videos).toMatchObject([{ video_id: video, votes: 1, open: true }]);
    expect((await readChanges(votes.sql, upTo)).videos).toEqual([]);
  });

  test('of a restored dump, whose transactions are of a future, are not read for ever', async () => {
    const other = await createVideo(admin, player.id);
    const since = await currentSnapshot();
    await admin.begin(async (transaction) => {
      await transaction`set local session_replication_role = replica`;
      await transaction`insert into votes.tallies values (${other}, 1, '4000000000')`;
    });
    expect((await readChanges(votes.sql, since)).videos).toEqual([]);
    await raise(other);
    expect((await readChanges(votes.sql, since)).videos).toMatchObject([{ video_id: other, votes: 2 }]);
  });

  test('of players are looked up by their videos, not in all videos', async () => {
    const statements: string[] = [];
    const sql = votes.database.connect('anb_votes', (statement) => statements.push(statement));
    const since = await currentSnapshot();
    await readChanges(sql, since);
    // If they were few, all would be read.
    await admin`
      insert into videos.videos (id, user_id, title, title_key, original_filename, original_key, is_public, status)
      select gen_random_uuid(), n, 'Mate', 'mate', 'mate.mp4', n::text, false, 'uploaded' from generate_series(1, 5000) n`;
    await admin`analyze videos.videos`;
    const plan = await admin.unsafe(`explain ${statements.at(-1)}`, Array(6).fill(since));
    expect(plan.flatMap(Object.values).join('\n')).toContain('using videos_owner');
  });

  test.each([
    ['100:105:100,102', '100:104:100', false],
    ['100:104:', '100:104:100', false],
    ['90:99:', '100:104:100', true],
    ['99:100:', '9:99:', false],
  ])('%s after %s: behind? %s', (now, since, expected) => {
    expect(isBehind(now, since)).toBe(expected);
  });
});
