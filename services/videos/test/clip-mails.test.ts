import type { ISql, Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { createPlayers, createVideo } from '@anb/testing/players';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepJobs } from '../src/store/jobs.ts';

let database: TestDatabase;
let transcoder: Sql;
let owner: number;

beforeAll(async () => {
  database = await createTestDatabase();
  transcoder = database.connect('anb_transcoder');
  owner = (await (await createPlayers(database.admin)).signUp()).id;
});
afterAll(() => database.drop());

const upload = () => createVideo(database.admin, owner, { status: 'uploaded', is_public: false });
const take = async (videoId: string, sql: ISql = transcoder) => {
  const [row] = await sql<{ token: string }[]>`select token from videos.take_lease_v3(${videoId}, 30, 5, 5)`;
  return row?.token ?? '';
};
const change = (videoId: string, to: Record<string, number | null>) =>
  database.admin`update videos.videos set ${database.admin(to)} where id = ${videoId}`;
const mailsOf = (videoId: string) =>
  database.admin`
    select user_id, kind, detail from auth.mails
    where detail ->> 'video_id' = ${videoId}`;

test.each<[string, (videoId: string, token: string) => Promise<unknown>, string | undefined]>([
  ['is published', (id, token) => transcoder`select videos.publish_v2(${id}, ${token}, 16.5)`, undefined],
  [
    'can not be saved',
    (id, token) => transcoder`select videos.fail_v1(${id}, ${token}, 'no_picture')`,
    'no_picture',
  ],
  [
    'had its last attempt',
    async (id, token) => {
      await change(id, { attempts: 5 });
      await transcoder`select videos.release_lease_v3(${id}, ${token}, 'unavailable', 5)`;
    },
    'unavailable',
  ],
  [
    'has taken down too many workers',
    async (id) => {
      await change(id, { deaths: 4 });
      await database.admin`update videos.videos set lease_expires_at = now() where id = ${id}`;
      await take(id);
    },
    'worker_died',
  ],
  [
    'was sent again too often',
    async (id) => {
      await change(id, { resends: 5, lease_token: null, lease_expires_at: null });
      await database.admin`update videos.videos set queued_at = now() - interval '1 hour' where id = ${id}`;
      await sweepJobs(database.connect('anb_videos'), 1);
    },
    'processing_failed',
  ],
])('the owner of a clip that %s hears of it once', async (_what, end, failure_code) => {
  const videoId = await upload();
  await end(videoId, await take(videoId));
  expect(await mailsOf(videoId)).toEqual([
    {
      user_id: owner,
      kind: failure_code ? 'clip_failed' : 'clip_ready',
      detail: { video_id: videoId, title: 'Triple desde la esquina', ...(failure_code && { failure_code }) },
    },
  ]);
  await database.admin`update videos.videos set status = status, title = 'Otro' where id = ${videoId}`;
  expect(await mailsOf(videoId)).toHaveLength(1);
});

test('a clip that is put back, or deleted, is not written about', async () => {
  const [released, deleted] = [await upload(), await upload()];
  await transcoder`select videos.release_lease_v3(${released}, ${await take(released)}, 'unavailable', 5)`;
  const token = await take(deleted);
  await database.admin`update videos.videos set deleted_at = now() where id = ${deleted}`;
  await change(deleted, { attempts: 5 });
  await transcoder`select videos.release_lease_v3(${deleted}, ${token}, 'unavailable', 5)`;
  expect([...(await mailsOf(released)), ...(await mailsOf(deleted))]).toEqual([]);
});

test.each(['anb_videos', 'anb_transcoder', 'anb_votes'] as const)(
  '%s can write no mail of its own',
  async (role) => {
    const sql = database.connect(role);
    const id = '00000000-0000-4000-8000-000000000000';
    await expect(sql`select auth.note_clip_v1(${owner}, ${id}, 'clip_ready', 'x', null)`).rejects.toThrow(
      /permission denied/,
    );
    await expect(sql`insert into auth.mails (user_id, kind) values (${owner}, 'clip_ready')`).rejects.toThrow(
      /permission denied/,
    );
  },
);
