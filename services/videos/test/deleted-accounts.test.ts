import { Readable } from 'node:stream';
import { mediaFiles, mediaKey, originalKey } from '@anb/service-kit/media';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeletedAccounts } from '../src/deleted-accounts.ts';
import { OutboxPublisher } from '../src/outbox.ts';
import { directClient } from './direct-client.ts';
import { movie, startVideos, type Videos } from './setup.ts';

let videos: Videos;
let url: string;
let player: Player;
let client: ReturnType<typeof directClient>;

beforeAll(async () => {
  videos = await startVideos();
  url = await videos.serve(videos.app);
});
beforeEach(async () => {
  await videos.database.admin`delete from videos.videos`;
  await videos.database.admin`delete from videos.uploads`;
  await videos.database.admin`delete from videos.outbox`;
  await videos.objects.deleteAll('');
  player = await videos.players.signUp();
  client = directClient(player, videos.app);
});
afterAll(() => videos.stop());

const put = (key: string) =>
  videos.objects.put(key, Readable.from([Buffer.from(key)]), { contentType: 'video/mp4' });
const rows = () =>
  videos.database.admin`select * from videos.videos where user_id = ${player.id} order by id`;
const uploads = () => videos.database.admin`select * from videos.uploads where user_id = ${player.id}`;
const outbox = () =>
  videos.database.admin`
    select kind, video_id, created_at = due_at as is_counted_from_then, due_at > now() as is_later
    from videos.outbox order by is_later`;
const look = () => {
  const { sql, objects } = videos;
  return new DeletedAccounts({ sql, objects, log: keptLog('videos') }).look();
};
async function untilPublished() {
  const { sql, queue, objects } = videos;
  const log = keptLog('videos');
  const publisher = new OutboxPublisher({ sql, queue, objects, log, registry: new Registry() });
  publisher.start();
  await vi.waitFor(async () => expect(await outbox()).toEqual([]), 5000).finally(() => publisher.stop());
}
/** As auth does it. */
const deleteAccount = () =>
  videos.database.connect('anb_auth').begin(async (transaction) => {
    await transaction`update auth.users set email = null, deleted_at = now() where id = ${player.id}`;
    await transaction`select videos.forget_owner_v1(${player.id})`;
  });
const upload = () => {
  const body = new FormData();
  body.append('title', 'Mi mejor jugada');
  body.append('video_file', new Blob([new Uint8Array(movie())], { type: 'video/mp4' }), 'clip.mp4');
  return fetch(`${url}/api/videos/upload`, {
    method: 'POST',
    headers: { authorization: player.authorization },
    body,
  });
};

describe('a deleted account', () => {
  test.each([
    ['open for voting', { status: 'processed', is_public: true }],
    ['waiting', { status: 'uploaded' }],
    ['failed', { status: 'failed' }],
    ['in work', { status: 'processing' }],
  ] as const)('leaves of a video %s what the deletion of a video leaves', async (_state, details) => {
    const { admin } = videos.database;
    const create = () => createVideo(admin, player.id, { ...details, published_at: new Date(0) });
    const [first, second] = [await create(), await create()];
    await admin`
      update videos.videos
      set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '1 minute'
      where status = 'processing'`;
    await admin`update videos.videos set uploaded_at = now(), queued_at = now()`;
    const tombstone = async (id: string) => {
      const [row] = await admin`select * from videos.videos where id = ${id}`;
      const entries = await outbox();
      await admin`delete from videos.outbox`;
      const own = { id: '', media_version: '', is_public: '', open: '', changed_xid: '' };
      const same = { ...own, deleted_at: expect.any(Date) };
      return [{ ...row, ...same }, entries.map((entry) => ({ ...entry, video_id: entry.video_id === id }))];
    };
    await admin`update videos.videos set is_public = false where id = ${first}`;
    await admin`delete from videos.outbox`;
    const answer = await client.call('DELETE', `/${first}`);
    expect(answer.status).toBe(200);
    const expected = await tombstone(first);
    await deleteAccount();
    expect(await tombstone(second)).toEqual(expected);
    const open = await admin`select from videos.ballot where owner_id = ${player.id} and open`;
    expect(open).toHaveLength(0);
  });

  test('has its media removed, and nobody else has', async () => {
    const stored = async (owner: number) => {
      const id = await createVideo(videos.database.admin, owner);
      const [video] = await videos.database.admin`select media_version from videos.videos where id = ${id}`;
      await put(originalKey(id));
      for (const file of mediaFiles) await put(mediaKey(id, video?.media_version, file));
      return id;
    };
    await stored(player.id);
    const theirs = await stored((await videos.players.signUp()).id);
    await deleteAccount();
    await untilPublished();
    const left = await videos.bucket.keys();
    expect(left).toHaveLength(1 + mediaFiles.length);
    for (const key of left) expect(key).toContain(theirs);
  });

  test('has its uploads ended: none is completed, and what they stored goes at the next look', async () => {
    const begun = await client.begin(1000);
    const etags = await client.sendParts(begun, movie());
    await deleteAccount();
    const reported = await client.report(begun.video_id, 1, etags[0] ?? '');
    expect([reported.status, (await client.complete(begun.video_id)).status]).toEqual([404, 404]);
    const [session] = await uploads();
    await look();
    expect(await uploads()).toEqual([]);
    const key = originalKey(begun.video_id);
    await expect(
      videos.objects.completeMultipart(key, session?.upload_id, [{ number: 1, etag: etags[0] ?? '' }]),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('keeps nothing that a request under way brings after it', async () => {
    await deleteAccount();
    expect((await upload()).status).toBe(201);
    await look();
    expect(await rows()).toMatchObject([{ title: null, original_key: null, deleted_at: expect.any(Date) }]);
    const begun = await client.begin(1000);
    await client.sendParts(begun, movie());
    await look();
    expect(await uploads()).toEqual([]);
    await untilPublished();
    expect(await videos.bucket.keys()).toEqual([]);
  });

  test('keeps nothing of an upload whose bytes were stored while it was deleted', async () => {
    const put = videos.objects.put.bind(videos.objects);
    const spy = vi.spyOn(videos.objects, 'put').mockImplementation(async (...args) => {
      await deleteAccount();
      await look();
      return put(...args);
    });
    const answer = await upload();
    spy.mockRestore();
    expect(answer.status).toBe(503);
    expect(await rows()).toEqual([]);
    // The request may be storing for as long as it may last: until then the row tells where to look.
    expect(await videos.bucket.keys()).toHaveLength(1);
    await look();
    expect(await videos.bucket.keys()).toEqual([]);
    expect(await uploads()).toHaveLength(1);
    await videos.database.admin`update videos.uploads set started_at = now() - interval '61 minutes'`;
    await look();
    expect(await uploads()).toEqual([]);
  });

  test('takes what it reported along, what was reported of it, and its titles out of organisers’ traces', async () => {
    const { admin } = videos.database;
    const other = await videos.players.signUp();
    const [own, theirs] = [await createVideo(admin, player.id), await createVideo(admin, other.id)];
    const report = (user: number, id: string) =>
      admin`insert into videos.reports (video_id, user_id, reason) values (${id}, ${user}, 'Es un plagio')`;
    for (const id of [own, theirs]) {
      await report(other.id + 1_000_000, id);
      await admin`
        insert into videos.audit (user_id, action, video_id, detail)
        values (${other.id}, 'hide', ${id}, '{"title": "Triple", "settled": 1}')`;
    }
    await report(player.id, theirs);
    await deleteAccount();
    const reports = () => admin`select video_id from videos.reports`;
    expect(await reports()).toEqual([{ video_id: theirs }]);
    expect(
      await admin`select video_id, detail from videos.audit where user_id = ${other.id} order by id`,
    ).toEqual([
      { video_id: own, detail: { settled: 1 } },
      { video_id: theirs, detail: { title: 'Triple', settled: 1 } },
    ]);
    await report(player.id, theirs);
    await look();
    expect(await reports()).toHaveLength(1);
  });

  test('is looked after one replica at a time, also when the store can not remove an upload', async () => {
    await client.begin(1000);
    await client.begin(1000);
    await deleteAccount();
    await videos.database.admin.begin(async (replica) => {
      await replica`select pg_advisory_xact_lock(hashtextextended('videos.deleted-accounts', 0))`;
      await look();
    });
    expect(await uploads()).toHaveLength(2);
    const spy = vi.spyOn(videos.objects, 'abortMultipart').mockRejectedValueOnce(new Error('away'));
    await look();
    spy.mockRestore();
    expect(await uploads()).toHaveLength(1);
    await look();
    expect(await uploads()).toEqual([]);
  });

  test('does not touch the others', async () => {
    const other = await videos.players.signUp();
    const id = await createVideo(videos.database.admin, other.id);
    await directClient(other, videos.app).begin(1000);
    await deleteAccount();
    await look();
    const left = await videos.database.admin`
      select id, 'video' as kind from videos.videos where deleted_at is null
      union all select null, state from videos.uploads`;
    expect(left).toEqual([
      { id, kind: 'video' },
      { id: null, kind: 'open' },
    ]);
  });
});

test('nothing of a player is forgotten whose account is there', async () => {
  const id = await createVideo(videos.database.admin, player.id);
  const { sql } = videos;
  await expect(sql`select videos.forget_owner_v1(${player.id})`).rejects.toThrow('is not deleted');
  await expect(sql`select videos.forget_owner(${player.id})`).rejects.toThrow('permission denied');
  expect(await rows()).toMatchObject([{ id, deleted_at: null }]);
});
