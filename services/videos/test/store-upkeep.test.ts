import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type MediaFile, mediaFiles, mediaKey, neededMedia, originalKey } from '@anb/service-kit/media';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { multipartsWithoutRows, objectsWithoutRows, rowsWithoutObjects } from '../src/audit.ts';
import { cleanUp } from '../src/clean-up.ts';
import { startVideos, type Videos } from './setup.ts';

let videos: Videos;
let player: Player;
let organiser: Player;
beforeAll(async () => {
  videos = await startVideos();
  player = await videos.players.signUp();
  organiser = await videos.players.signUp({ role: 'organiser' });
  videos.outbox.start();
});
afterAll(() => videos.stop());
beforeEach(async () => {
  await videos.database.admin`delete from videos.videos`;
  await videos.database.admin`delete from videos.uploads`;
  await videos.database.admin`delete from videos.outbox`;
  await videos.objects.deleteAll('');
});

const put = (key: string, text = key) =>
  videos.objects.put(key, Readable.from([Buffer.from(text)]), { contentType: 'video/mp4' });
const version = async (id: string) => {
  const [video] = await videos.database.admin`select media_version from videos.videos where id = ${id}`;
  return video?.media_version as string;
};
/** A processed video with all that the store should hold of it. */
async function stored(
  details: Parameters<typeof createVideo>[2] = {},
  files: readonly MediaFile[] = mediaFiles,
): Promise<string> {
  const id = await createVideo(videos.database.admin, player.id, details);
  await put(originalKey(id));
  for (const file of files) await put(mediaKey(id, await version(id), file));
  return id;
}
const mediaOf = async (id: string) =>
  (await videos.bucket.keys()).filter((key) => !key.startsWith('originals/') && key.includes(id));
const keysAt = async (place: string, id: string, files: readonly MediaFile[] = mediaFiles) => {
  const folder = `${place}/${id}/${await version(id)}`;
  return files.map((file) => `${folder}/${file}`);
};
const as = (who: Player, method: string, path: string, body?: object) =>
  videos.app.request(path, {
    method,
    headers: { authorization: who.authorization, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
const settled = () =>
  vi.waitFor(
    async () => expect(await videos.database.admin`select from videos.outbox`).toHaveLength(0),
    5000,
  );

describe('media', () => {
  test('of a video that is hidden or made private leave the public place, and come back with it', async () => {
    const id = await stored();
    const address = `/media/${id}/${await version(id)}/clip.mp4`;
    const steps: [string, () => Promise<Response> | Response, 'media' | 'withheld'][] = [
      ['hidden', () => as(organiser, 'POST', `/api/admin/videos/${id}/hide`), 'withheld'],
      ['private too', () => as(player, 'PATCH', `/api/videos/${id}`, { is_public: false }), 'withheld'],
      ['only private', () => as(organiser, 'POST', `/api/admin/videos/${id}/show`), 'withheld'],
      ['public again', () => as(player, 'PATCH', `/api/videos/${id}`, { is_public: true }), 'media'],
    ];
    for (const [_state, change, place] of steps) {
      expect((await change()).status).toBe(200);
      expect((await videos.app.request(address)).status).toBe(place === 'media' ? 302 : 404);
      await settled();
      expect(await mediaOf(id)).toEqual(await keysAt(place, id));
      const signed = (
        (await (await as(player, 'GET', `/api/videos/${id}`)).json()) as { processed_url: string }
      ).processed_url;
      if (place === 'withheld') expect((await fetch(signed)).status).toBe(200);
    }
    const redirect = (await videos.app.request(address)).headers.get('location') ?? '';
    expect(await (await fetch(redirect)).text()).toContain(id);
  });

  test('that an older transcoder made, without a thumbnail, move as well', async () => {
    const id = await stored({}, neededMedia);
    for (const [action, place] of [
      ['hide', 'withheld'],
      ['show', 'media'],
    ] as const) {
      expect((await as(organiser, 'POST', `/api/admin/videos/${id}/${action}`)).status).toBe(200);
      await settled();
      expect(await mediaOf(id)).toEqual(await keysAt(place, id, neededMedia));
    }
    // A browser follows to nothing, and shows the poster.
    const redirect = await videos.app.request(`/media/${id}/${await version(id)}/thumbnail.jpg`);
    expect(redirect.status).toBe(302);
    expect((await fetch(redirect.headers.get('location') ?? '')).status).toBe(404);
  });

  test('of an open video can be fetched at every moment of the way back', async () => {
    const id = await stored({ is_public: false });
    await videos.database.admin`update videos.videos set title = title, is_public = false where id = ${id}`;
    await settled();
    expect(await mediaOf(id)).toEqual(await keysAt('withheld', id));
    const fetched = async () => {
      const redirect = await videos.app.request(`/media/${id}/${await version(id)}/clip.mp4`);
      expect(redirect.status).toBe(302);
      // A moment may pass between the two; a player asks again.
      const answer = await fetch(redirect.headers.get('location') ?? '');
      return answer.status;
    };
    const hindered: number[] = [];
    for (const method of ['copy', 'deleteAll'] as const) {
      const real = videos.objects[method].bind(videos.objects) as (...args: string[]) => Promise<never>;
      vi.spyOn(videos.objects, method).mockImplementation(async (...args: string[]) => {
        hindered.push(await fetched());
        const done = await real(...args);
        hindered.push(await fetched());
        return done;
      });
    }
    await videos.database.admin`update videos.videos set is_public = true where id = ${id}`;
    await settled();
    vi.restoreAllMocks();
    expect(hindered.length).toBeGreaterThanOrEqual(6);
    expect(new Set(hindered)).toEqual(new Set([200]));
    expect(await mediaOf(id)).toEqual(await keysAt('media', id));
  });

  test('go where they belong although the state changes while they move', async () => {
    const id = await stored();
    const copy = vi.spyOn(videos.objects, 'copy');
    copy.mockImplementationOnce(async (from, to) => {
      await videos.database.admin`update videos.videos set is_public = true where id = ${id}`;
      copy.mockRestore();
      return videos.objects.copy(from, to);
    });
    await videos.database.admin`update videos.videos set is_public = false where id = ${id}`;
    await settled();
    expect(await mediaOf(id)).toEqual(await keysAt('media', id));
  });

  test('of a deleted video go, whichever place they stood at', async () => {
    const id = await stored({ is_public: false });
    await videos.database.admin`update videos.videos set is_public = true where id = ${id}`;
    await videos.database.admin`update videos.videos set is_public = false where id = ${id}`;
    await settled();
    expect((await as(player, 'DELETE', `/api/videos/${id}`)).status).toBe(200);
    await settled();
    expect(await videos.bucket.keys()).toEqual([]);
  });

  test('of a worker that had the deleted video in hand go once it can store no more', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'processing' });
    await videos.database.admin`
      update videos.videos set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '10 s'
      where id = ${id}`;
    expect((await as(player, 'DELETE', `/api/videos/${id}`)).status).toBe(200);
    await vi.waitFor(async () => {
      const due = await videos.database.admin<{ seconds: number }[]>`
        select extract(epoch from due_at - now())::float8 as seconds from videos.outbox where video_id = ${id}`;
      expect(due).toHaveLength(1);
      expect(due[0]?.seconds).toBeGreaterThan(10);
      expect(due[0]?.seconds).toBeLessThan(16);
    }, 4000);
    await put(mediaKey(id, randomUUID(), 'clip.mp4'));
    await videos.database.admin`update videos.outbox set due_at = now()`;
    await settled();
    expect(await videos.bucket.keys()).toEqual([]);
  });

  test('that can not be moved wait, and hold up no others', async () => {
    const [stuck, fine] = [await stored(), await stored()];
    const copy = videos.objects.copy.bind(videos.objects);
    const spy = vi
      .spyOn(videos.objects, 'copy')
      .mockImplementation((from, to) =>
        from.includes(stuck) ? Promise.reject(new Error('no')) : copy(from, to),
      );
    await videos.database.admin`update videos.videos set is_public = false where id = ${stuck}`;
    await videos.database.admin`update videos.videos set is_public = false where id = ${fine}`;
    await vi.waitFor(async () => expect(await mediaOf(fine)).toEqual(await keysAt('withheld', fine)), 5000);
    expect(await mediaOf(stuck)).toContain((await keysAt('media', stuck))[0]);
    // Sooner than what was only taken comes back.
    const [entry] = await videos.database.admin`
      select due_at > now() and due_at < now() + interval '11 s' as is_later
      from videos.outbox where video_id = ${stuck}`;
    expect(entry).toEqual({ is_later: true });
    spy.mockRestore();
    await videos.database.admin`update videos.outbox set due_at = now()`;
    await settled();
    expect(await mediaOf(stuck)).toEqual(await keysAt('withheld', stuck));
  });

  test('that another replica moves are left to it, and hold up no others', async () => {
    const [taken, fine] = [await stored(), await stored()];
    await videos.database.admin.begin(async (replica) => {
      await replica`select pg_advisory_xact_lock(hashtextextended(${taken}, 0))`;
      await videos.database.admin`update videos.videos set is_public = false where id = ${taken}`;
      await videos.database.admin`update videos.videos set is_public = false where id = ${fine}`;
      await vi.waitFor(async () => expect(await mediaOf(fine)).toEqual(await keysAt('withheld', fine)), 3000);
      expect(await mediaOf(taken)).toEqual(await keysAt('media', taken));
    });
    await settled();
    expect(await mediaOf(taken)).toEqual(await keysAt('withheld', taken));
  });

  test('of a lease that ended go without the others, and never those that are published', async () => {
    const id = await stored();
    const dead = randomUUID();
    await put(mediaKey(id, dead, 'clip.mp4'));
    for (const lease of [dead, await version(id)]) {
      await videos.database.admin`
        insert into videos.outbox (kind, video_id, version) values ('remove_version', ${id}, ${lease})`;
    }
    await settled();
    expect(await mediaOf(id)).toEqual(await keysAt('media', id));
  });
});

const audit = async () => {
  const orphans: string[] = [];
  const missing: string[] = [];
  for await (const { key } of objectsWithoutRows(videos.sql, videos.objects)) orphans.push(key);
  for (const { key } of await multipartsWithoutRows(videos.sql, videos.objects)) orphans.push(key);
  for await (const key of rowsWithoutObjects(videos.sql, videos.objects)) missing.push(key);
  return { orphans, missing };
};

describe('the audit', () => {
  test('finds nothing where store and catalogue agree: done, private, failed, lost, waiting, in work, uploading', async () => {
    await stored();
    const hidden = await stored();
    await videos.database.admin`update videos.videos set is_public = false where id = ${hidden}`;
    await settled();
    for (const status of ['uploaded', 'failed', 'processing'] as const) {
      await put(originalKey(await createVideo(videos.database.admin, player.id, { status })));
    }
    const lost = await createVideo(videos.database.admin, player.id, { status: 'failed' });
    await videos.database
      .admin`update videos.videos set failure_code = 'original_missing' where id = ${lost}`;
    const token = randomUUID();
    const [working] = await videos.database.admin`
      update videos.videos set lease_token = ${token}, lease_expires_at = now() + interval '1 minute'
      where status = 'processing' returning id`;
    await put(mediaKey(working?.id, token, 'clip.mp4'));
    const uploading = randomUUID();
    await put(originalKey(uploading));
    await videos.database.admin`
      insert into videos.uploads (video_id, user_id, object_key)
      values (${uploading}, ${player.id}, ${originalKey(uploading)})`;
    expect(await audit()).toEqual({ orphans: [], missing: [] });
  });

  test('names every object that nothing accounts for', async () => {
    const id = await stored();
    const gone = await createVideo(videos.database.admin, player.id, { deleted: true });
    const strangers = [
      'somebody-elses.txt',
      originalKey(randomUUID()),
      originalKey(gone),
      mediaKey(id, randomUUID(), 'clip.mp4'),
      mediaKey(id, await version(id), 'clip.mp4', 'withheld/'),
      mediaKey(gone, await version(gone), 'poster.jpg'),
      'media/not-an-id/x/clip.mp4',
    ];
    for (const key of strangers) await put(key);
    expect((await audit()).orphans.sort()).toEqual(strangers.sort());
    await videos.database.admin`
      insert into videos.outbox (kind, video_id, due_at) values ('remove_media', ${gone}, now() + interval '1 hour')`;
    expect((await audit()).orphans).toHaveLength(strangers.length - 2);
  });

  test('names every object that a video lacks', async () => {
    const [whole, broken] = [await stored(), await stored()];
    const lost = [originalKey(broken), mediaKey(broken, await version(broken), 'poster.jpg')];
    await videos.objects.delete(lost);
    expect((await audit()).missing.sort()).toEqual(lost.sort());
    expect(whole).toBeTruthy();
  });

  test('misses no thumbnail, which older videos never had', async () => {
    await stored({}, neededMedia);
    expect(await audit()).toEqual({ orphans: [], missing: [] });
  });

  test('goes through more rows and objects than fit in one look', async () => {
    const ids = await Promise.all(
      Array.from({ length: 1100 }, () =>
        createVideo(videos.database.admin, player.id, { status: 'uploaded' }),
      ),
    );
    for (let from = 1; from < ids.length; from += 50) {
      await Promise.all(ids.slice(from, from + 50).map((id) => put(originalKey(id))));
    }
    await put(originalKey(randomUUID()));
    const { orphans, missing } = await audit();
    expect([orphans.length, missing]).toEqual([1, [originalKey(ids[0] ?? '')]]);
  }, 60_000);
});

describe('the clean-up', () => {
  const run = (hours: number) =>
    cleanUp({ sql: videos.sql, objects: videos.objects, log: keptLog('videos'), hours });

  test('removes uploads that nobody touched for so long, with what they stored', async () => {
    const begin = async (hoursAgo: number, state = 'open') => {
      const id = randomUUID();
      const uploadId = await videos.objects.beginMultipart(originalKey(id), { contentType: 'video/mp4' });
      await videos.database.admin`
        insert into videos.uploads (video_id, user_id, object_key, upload_id, state, touched_at)
        values (${id}, ${player.id}, ${originalKey(id)}, ${uploadId}, ${state},
          now() - make_interval(hours => ${hoursAgo}))`;
      await put(originalKey(id));
      return { id, uploadId };
    };
    const [old, brokenOff, young] = [await begin(25), await begin(1, 'ending'), await begin(23)];
    expect(await run(24)).toMatchObject({ uploads: 2, objects: 0 });
    const left = await videos.database.admin`select video_id from videos.uploads`;
    expect(left).toEqual([{ video_id: young.id }]);
    expect(await videos.bucket.keys()).toEqual([originalKey(young.id)]);
    for (const { id, uploadId } of [old, brokenOff]) {
      await videos.objects.delete([originalKey(id)]);
      await expect(videos.objects.completeMultipart(originalKey(id), uploadId, [])).rejects.toThrow();
    }
  });

  test('aborts the multipart upload of a clip whose worker was lost, once it is old', async () => {
    const key = mediaKey(await stored(), randomUUID(), 'clip.mp4');
    await videos.objects.beginMultipart(key, { contentType: 'video/mp4' });
    const unfinished = async () => (await videos.objects.listMultiparts())?.map((upload) => upload.key);
    await run(24);
    expect(await unfinished()).toContain(key);
    await run(0);
    expect(await unfinished()).not.toContain(key);
  });

  test('removes what nothing accounts for of a known video once it is old, and nothing else', async () => {
    const [id, gone] = [await stored(), await stored({ deleted: true })];
    const late = mediaKey(id, randomUUID(), 'clip.mp4');
    const unheardOf = [
      originalKey(randomUUID()),
      mediaKey(randomUUID(), randomUUID(), 'clip.mp4'),
      'notes.txt',
    ];
    for (const key of [late, ...unheardOf]) await put(key);
    expect(await run(24)).toMatchObject({ objects: 0 });
    expect(await run(0)).toMatchObject({ objects: 5 });
    expect(await mediaOf(id)).toEqual(await keysAt('media', id));
    expect((await videos.bucket.keys()).filter((key) => key.includes(gone))).toEqual([]);
    // The catalogue may be a backup, older than the store.
    expect((await audit()).orphans.sort()).toEqual(unheardOf.sort());
  });
});
