import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createVideo, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { directClient, PART, partOf, putPart } from './direct-client.ts';
import { MAX_DIRECT_UPLOAD_BYTES, movie, QUOTA, startVideos, type Videos } from './setup.ts';

let videos: Videos;
let player: Player;
let client: ReturnType<typeof directClient>;
const OK = 'Video subido correctamente. Procesamiento en curso.';
const threeParts = Buffer.concat([movie(), randomBytes(2 * PART)]);

beforeAll(async () => {
  videos = await startVideos();
});
beforeEach(async () => {
  player = await videos.players.signUp();
  client = directClient(player, videos.app);
});
afterAll(() => videos.stop());

const rows = () => videos.database.admin`select * from videos.videos where user_id = ${player.id}`;
const sessions = () => videos.database.admin`select * from videos.uploads where user_id = ${player.id}`;

/** No row, no session, no object, and the store takes no more parts. */
async function expectNothingLeft(id: string, signedPart: string) {
  expect(await rows()).toEqual([]);
  expect(await sessions()).toEqual([]);
  expect(await videos.bucket.keys()).not.toContain(`originals/${id}`);
  await expect(putPart(signedPart, movie())).rejects.toThrow('NoSuchUpload');
}

describe('a direct upload', () => {
  test('is announced, sent in parts in any order, completed, and then a video like any other', async () => {
    const { status, body } = await client.announce(threeParts.length, { is_public: true });
    expect(status).toBe(201);
    expect(body).toEqual({
      video_id: expect.any(String),
      part_size: PART,
      parts: [1, 2, 3].map((number) => ({ number, url: expect.stringMatching(/^http/) })),
    });
    await client.sendParts(body, threeParts, [3, 1, 2]);
    const completed = await client.complete(body.video_id);
    expect([completed.status, completed.body]).toEqual([201, { message: OK, task_id: body.video_id }]);
    expect(await rows()).toMatchObject([
      {
        id: body.video_id,
        title: 'Mi mejor jugada',
        original_filename: 'clip.mp4',
        original_key: `originals/${body.video_id}`,
        size_bytes: String(threeParts.length),
        is_public: true,
        status: 'uploaded',
      },
    ]);
    const stored = await videos.objects.readStart(`originals/${body.video_id}`, threeParts.length + 1);
    expect(threeParts.equals(stored ?? Buffer.of())).toBe(true);
    expect(
      await videos.database.admin`select kind from videos.outbox where video_id = ${body.video_id}`,
    ).toEqual([{ kind: 'transcode' }]);
    expect(await sessions()).toEqual([]);
  });

  test('is private unless it says otherwise', async () => {
    const upload = await client.begin(1000);
    await client.sendParts(upload, movie());
    await client.complete(upload.video_id);
    expect(await rows()).toMatchObject([{ is_public: false }]);
  });

  test('says how far it is, with fresh addresses for what is missing', async () => {
    const upload = await client.begin(threeParts.length);
    await client.sendParts(upload, threeParts, [2]);
    const { status, body } = await client.find(upload.video_id);
    expect(status).toBe(200);
    expect(body).toEqual({
      video_id: upload.video_id,
      size: threeParts.length,
      part_size: PART,
      received: [2],
      parts: [1, 3].map((number) => ({ number, url: expect.stringContaining(`partNumber=${number}&`) })),
    });
    // They work: the rest goes to them.
    await client.sendParts(body, threeParts);
    expect((await client.complete(upload.video_id)).status).toBe(201);
  });

  test('is in the list of its owner alone, without addresses, newest first', async () => {
    const older = await client.begin(threeParts.length, { is_public: true });
    await client.sendParts(older, threeParts, [3]);
    const newer = await client.begin(1000, { title: 'Otra jugada' });
    const { status, body } = await client.list();
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        ...{ video_id: newer.video_id, title: 'Otra jugada', is_public: false, filename: 'clip.mp4' },
        ...{ size: 1000, part_size: PART, received: [], started_at: expect.any(String) },
      },
      {
        ...{ video_id: older.video_id, title: 'Mi mejor jugada', is_public: true, filename: 'clip.mp4' },
        ...{ size: threeParts.length, part_size: PART, received: [3], started_at: expect.any(String) },
      },
    ]);
    expect(Date.now() - Date.parse(body[0].started_at)).toBeLessThan(60_000);
    const other = directClient(await videos.players.signUp(), videos.app);
    expect((await other.list()).body).toEqual([]);
    expect((await client.call('GET', '')).body).toEqual([]);
  });

  test('has an address for each part that is good for this key, this part and this many bytes', async () => {
    const { video_id, parts } = await client.begin(threeParts.length);
    const [session] = await sessions();
    for (const { number, url } of parts) {
      const { pathname, searchParams } = new URL(url);
      expect(pathname).toBe(`/${videos.bucket.bucket}/originals/${video_id}`);
      expect(searchParams.get('partNumber')).toBe(String(number));
      expect(searchParams.get('uploadId')).toBe(session?.upload_id);
      expect(searchParams.get('X-Amz-Expires')).toBe('3600');
      const bytes = partOf(threeParts, number).length;
      expect(searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, bytes));
      expect(searchParams.get('X-Amz-Signature')).not.toBe(signatureOf(url, bytes + 1));
    }
  });
});

/** By the rules of AWS Signature Version 4, for a PUT of so many bytes. */
function signatureOf(url: string, bytes: number): string {
  const { host, pathname, searchParams } = new URL(url);
  searchParams.delete('X-Amz-Signature');
  searchParams.sort();
  const [, date = '', region = '', service = ''] = (searchParams.get('X-Amz-Credential') ?? '').split('/');
  const query = searchParams.toString().replaceAll('+', '%20').replaceAll('*', '%2A');
  const request = ['PUT', pathname, query, `content-length:${bytes}`, `host:${host}`, ''];
  const canonical = [...request, 'content-length;host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', searchParams.get('X-Amz-Date'), scope, digest].join('\n');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const secret = `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`;
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, secret);
  return hmac(key, text).toString('hex');
}

describe('an announcement', () => {
  const good = { title: 'Mi mejor jugada', size: 1000, filename: 'clip.mp4' };
  test.each<[string, object, number, string, string?]>([
    ['no title', { ...good, title: undefined }, 400, 'invalid_input', 'title'],
    ['a title of four letters', { ...good, title: 'Gol!' }, 400, 'invalid_input', 'title'],
    ['no size', { ...good, size: undefined }, 400, 'invalid_input', 'size'],
    ['no bytes', { ...good, size: 0 }, 400, 'invalid_input', 'size'],
    ['half a byte', { ...good, size: 1.5 }, 400, 'invalid_input', 'size'],
    ['a size in words', { ...good, size: '1000' }, 400, 'invalid_input', 'size'],
    ['no filename', { ...good, filename: undefined }, 400, 'invalid_input', 'filename'],
    ['is_public in words', { ...good, is_public: 'true' }, 400, 'invalid_input', 'is_public'],
    ['a byte too much', { ...good, size: MAX_DIRECT_UPLOAD_BYTES + 1 }, 413, 'too_large'],
  ])('with %s is refused, and nothing is begun', async (_what, json, status, code, field) => {
    const answer = await client.call('POST', '/uploads', json);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, ...(field && { details: [{ field }] }) });
    expect(await sessions()).toEqual([]);
  });

  test('of exactly the limit passes', async () => {
    expect((await client.announce(MAX_DIRECT_UPLOAD_BYTES)).status).toBe(201);
  });

  test.each([
    ['application/json', '{', 400, 'malformed_json'],
    ['text/plain', '{}', 415, 'unsupported_media_type'],
  ])('as %s that says %s is refused', async (type, body, status, code) => {
    const headers = { authorization: player.authorization, 'content-type': type };
    const answer = await videos.app.request('/api/videos/uploads', { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  });
});

describe('a request about an upload', () => {
  const requests: [string, string, object?][] = [
    ['GET', ''],
    ['PUT', '/parts/1', { etag: '"a"' }],
    ['POST', '/complete'],
    ['DELETE', ''],
  ];

  test.each(requests)(
    '%s …%s is refused to others, for unknown and for malformed ids',
    async (method, path, json) => {
      const { video_id } = await client.begin(1000);
      const other = directClient(await videos.players.signUp(), videos.app);
      const send = async (as: typeof client, id: string) => {
        const { status, body } = await as.call(method, `/uploads/${id}${path}`, json);
        return [status, body.code];
      };
      expect(await send(other, video_id)).toEqual([403, 'not_your_video']);
      expect(await send(client, randomUUID())).toEqual([404, 'upload_not_found']);
      expect(await send(client, '42')).toEqual([400, 'invalid_input']);
      const answer = await videos.app.request(`/api/videos/uploads/${video_id}${path}`, { method });
      expect(answer.status).toBe(401);
      expect((await client.find(video_id)).body).toMatchObject({ received: [] });
    },
  );

  test.each(requests)(
    '%s …%s is refused once the video is there, save to complete again',
    async (method, path, json) => {
      const upload = await client.begin(1000);
      await client.sendParts(upload, movie());
      await client.complete(upload.video_id);
      const { status, body } = await client.call(method, `/uploads/${upload.video_id}${path}`, json);
      if (path === '/complete')
        expect([status, body]).toEqual([201, { message: OK, task_id: upload.video_id }]);
      else expect([status, body]).toMatchObject([404, { code: 'upload_completed' }]);
      expect(await rows()).toHaveLength(1);
      expect(await videos.bucket.keys()).toContain(`originals/${upload.video_id}`);
      const other = directClient(await videos.players.signUp(), videos.app);
      expect((await other.call(method, `/uploads/${upload.video_id}${path}`, json)).status).toBe(403);
    },
  );

  test.each([
    ['the number 0', 0, { etag: '"a"' }, 'invalid_input'],
    ['a number in words', 'one', { etag: '"a"' }, 'invalid_input'],
    ['a number beyond the last', 2, { etag: '"a"' }, 'no_such_part'],
    ['no ETag', 1, {}, 'invalid_input'],
    ['an empty ETag', 1, { etag: '' }, 'invalid_input'],
    ['a line break in its ETag', 1, { etag: 'a\r\nb' }, 'invalid_input'],
  ])('reporting a part with %s is refused', async (_what, number, json, code) => {
    const { video_id } = await client.begin(1000);
    const { status, body } = await client.call('PUT', `/uploads/${video_id}/parts/${number}`, json);
    expect([status, body]).toMatchObject([400, { code }]);
    expect((await client.find(video_id)).body.received).toEqual([]);
  });

  test.each([
    ['PUT', '', 'POST, GET, HEAD'],
    ['PATCH', '/1f0e1c1e-7d0c-4a2e-9f5e-3a1b2c3d4e5f', 'GET, HEAD, DELETE'],
    ['GET', '/1f0e1c1e-7d0c-4a2e-9f5e-3a1b2c3d4e5f/complete', 'POST'],
    ['POST', '/1f0e1c1e-7d0c-4a2e-9f5e-3a1b2c3d4e5f/parts/1', 'PUT'],
  ])('by %s /api/videos/uploads%s hears what is allowed', async (method, path, allowed) => {
    const { status, headers, body } = await client.call(method, `/uploads${path}`);
    expect([status, body.code]).toEqual([405, 'method_not_allowed']);
    expect(headers.get('allow')?.split(', ').sort()).toEqual(allowed.split(', ').sort());
  });
});

describe('completing an upload', () => {
  test('names the parts that are missing, and it goes on', async () => {
    const upload = await client.begin(threeParts.length);
    await client.sendParts(upload, threeParts, [2]);
    const { status, body } = await client.complete(upload.video_id);
    expect([status, body]).toMatchObject([
      400,
      { code: 'parts_missing', error: expect.stringContaining('1, 3') },
    ]);
    await client.sendParts(upload, threeParts, [1, 3]);
    expect((await client.complete(upload.video_id)).status).toBe(201);
  });

  test('with an ETag that the store did not give asks for the parts again, and it goes on', async () => {
    const upload = await client.begin(threeParts.length);
    await client.sendParts(upload, threeParts);
    await client.report(upload.video_id, 2, '"d41d8cd98f00b204e9800998ecf8427e"');
    const { status, body } = await client.complete(upload.video_id);
    expect([status, body]).toMatchObject([400, { code: 'parts_missing' }]);
    const fresh = await client.find(upload.video_id);
    expect(fresh.body).toMatchObject({ received: [], parts: [{ number: 1 }, { number: 2 }, { number: 3 }] });
    await client.sendParts(fresh.body, threeParts);
    expect((await client.complete(upload.video_id)).status).toBe(201);
    expect(await rows()).toMatchObject([{ size_bytes: String(threeParts.length) }]);
  });

  test('takes the last bytes that a part was sent with', async () => {
    const upload = await client.begin(1000);
    await client.sendParts(upload, Buffer.alloc(1000, 'x'));
    await client.sendParts(upload, movie());
    expect((await client.complete(upload.video_id)).status).toBe(201);
    const stored = await videos.objects.readStart(`originals/${upload.video_id}`, 2000);
    expect(movie().equals(stored ?? Buffer.of())).toBe(true);
  });

  test.each([
    [
      'is shorter than announced',
      1001,
      movie(1000),
      'size_differs',
      /1001 bytes were announced and 1000 arrived/,
    ],
    [
      'is longer than announced',
      999,
      movie(1000),
      'size_differs',
      /999 bytes were announced and 1000 arrived/,
    ],
    ['is a text', 22, Buffer.from('hola, esto es un texto'), 'not_a_video', /not an MP4/],
    ['is of five bytes', 5, Buffer.from('short'), 'not_a_video', /not an MP4/],
  ])('of a file that %s is refused and leaves nothing', async (_what, size, file, code, error) => {
    const upload = await client.begin(size);
    await client.sendParts(upload, file);
    const { status, body } = await client.complete(upload.video_id);
    expect([status, body]).toMatchObject([400, { code, error: expect.stringMatching(error) }]);
    await expectNothingLeft(upload.video_id, upload.parts[0]?.url ?? '');
    expect((await client.complete(upload.video_id)).status).toBe(404);
  });

  test('whose parts the store has dropped says so and frees its place', async () => {
    const upload = await client.begin(1000);
    await client.sendParts(upload, movie());
    const [session] = await sessions();
    await videos.objects.abortMultipart(session?.object_key, session?.upload_id);
    const { status, body } = await client.complete(upload.video_id);
    expect([status, body]).toMatchObject([404, { code: 'upload_expired' }]);
    await expectNothingLeft(upload.video_id, upload.parts[0]?.url ?? '');
  });

  test('of a deleted video brings nothing back', async () => {
    const upload = await client.begin(1000);
    await client.sendParts(upload, movie());
    await client.complete(upload.video_id);
    expect((await client.call('DELETE', `/${upload.video_id}`)).status).toBe(200);
    expect((await client.complete(upload.video_id)).status).toBe(404);
  });
});

describe('cancelling an upload', () => {
  test('lets go of what was sent, once', async () => {
    const upload = await client.begin(threeParts.length);
    await client.sendParts(upload, threeParts, [1]);
    const { status, body } = await client.cancel(upload.video_id);
    expect([status, body]).toEqual([204, undefined]);
    await expectNothingLeft(upload.video_id, upload.parts[0]?.url ?? '');
    for (const again of [client.cancel, client.complete, client.find]) {
      expect([(await again(upload.video_id)).status]).toEqual([404]);
    }
  });
});

describe('the quota', () => {
  test('of direct uploads holds when many are begun at once, and a place is free again after each end', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, () => client.announce(1000)));
    const refused = begun.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(8 - QUOTA.directUploads);
    for (const { status, body } of refused) expect([status, body.code]).toEqual([400, 'too_many_uploads']);
    expect(await sessions()).toHaveLength(QUOTA.directUploads);

    const [cancelled, completed, refusable] = begun
      .filter(({ status }) => status === 201)
      .map(({ body }) => body);
    await client.cancel(cancelled.video_id);
    await client.begin(1000);
    await client.sendParts(completed, movie());
    await client.complete(completed.video_id);
    await client.begin(1000);
    await client.sendParts(refusable, Buffer.alloc(1000, 'x'));
    await client.complete(refusable.video_id);
    await client.begin(1000);
    expect((await client.announce(1000)).status).toBe(400);
    expect((await directClient(await videos.players.signUp(), videos.app).announce(1000)).status).toBe(201);
  });

  test('of videos counts uploads under way of either kind, and not what was deleted', async () => {
    const app = videos.appWith({ quota: { videos: 3, directUploads: 3 } });
    client = directClient(player, app);
    await createVideo(videos.database.admin, player.id);
    await createVideo(videos.database.admin, player.id, { deleted: true });
    const begun = await Promise.all(Array.from({ length: 5 }, () => client.announce(1000)));
    expect(begun.map(({ status }) => status).sort()).toEqual([201, 201, 400, 400, 400]);
    const refusal = { code: 'too_many_videos', error: expect.stringContaining('You have 3 videos') };
    for (const { status, body } of begun) if (status === 400) expect(body).toMatchObject(refusal);

    const form = new FormData();
    form.append('title', 'Mi mejor jugada');
    form.append('video_file', new Blob([new Uint8Array(movie())]), 'clip.mp4');
    const headers = { authorization: player.authorization };
    const answer = await fetch(`${await videos.serve(app)}/api/videos/upload`, {
      method: 'POST',
      headers,
      body: form,
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, refusal]);
  });
});
