import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVideo, type Player } from '@anb/testing/players';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { endUpload } from '../src/end-upload.ts';
import { requeueUnfinished } from '../src/store/jobs.ts';
import { MAX_UPLOAD_BYTES, movie, startVideos, type Videos } from './setup.ts';

let videos: Videos;
let url: string;
let player: Player;

beforeAll(async () => {
  videos = await startVideos();
  url = await videos.serve(videos.app);
});
beforeEach(async () => {
  player = await videos.players.signUp();
});
afterAll(() => videos.stop());

function form(parts: [string, string | Buffer, string?][]): FormData {
  const data = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value)], { type: 'video/mp4' }), filename ?? 'clip.mp4');
  }
  return data;
}
type Body = NonNullable<ConstructorParameters<typeof Request>[1]>['body'];
const upload = (body: Body, headers: Record<string, string> = {}, to = url) =>
  fetch(`${to}/api/videos/upload`, {
    method: 'POST',
    headers: { authorization: player.authorization, ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
const movieForm = () =>
  form([
    ['title', 'Mi mejor jugada'],
    ['video_file', movie()],
  ]);
const rows = () => videos.database.admin`select * from videos.videos where user_id = ${player.id}`;

/** Nothing of the player is left: no row, no begun upload, no job, and no object that no row knows. */
async function expectNothingLeft() {
  expect(await rows()).toEqual([]);
  expect(await videos.database.admin`select * from videos.uploads where user_id = ${player.id}`).toEqual([]);
  const known = await videos.database.admin<{ key: string }[]>`select original_key as key from videos.videos`;
  expect(await videos.bucket.keys()).toEqual(known.map(({ key }) => key).sort());
}

describe('an upload', () => {
  test.each([
    [
      'file last',
      [
        ['title', 'Mi mejor jugada'],
        ['is_public', 'true'],
        ['video_file', movie()],
      ],
    ],
    [
      'file first',
      [
        ['video_file', movie()],
        ['is_public', 'true'],
        ['title', 'Mi mejor jugada'],
      ],
    ],
  ] as [string, [string, string | Buffer][]][])(
    'with the %s is stored, and its job waits in the outbox',
    async (_order, parts) => {
      const answer = await upload(form(parts));
      expect(answer.status).toBe(201);
      const body = (await answer.json()) as { task_id: string };
      expect(body).toEqual({
        message: 'Video subido correctamente. Procesamiento en curso.',
        task_id: expect.any(String),
      });
      expect(await rows()).toMatchObject([
        {
          id: body.task_id,
          title: 'Mi mejor jugada',
          is_public: true,
          status: 'uploaded',
          size_bytes: '1000',
          open: false,
        },
      ]);
      expect(await videos.bucket.keys()).toContain(`originals/${body.task_id}`);
      expect(
        await videos.database.admin`select kind from videos.outbox where video_id = ${body.task_id}`,
      ).toEqual([{ kind: 'transcode' }]);
      expect(await videos.database.admin`select * from videos.uploads`).toEqual([]);
    },
  );

  test('is private unless it says otherwise, and keeps the name of its file', async () => {
    const answer = await upload(
      form([
        ['title', 'Mi mejor jugada'],
        ['video_file', movie(), 'Jugada de José.mp4'],
      ]),
    );
    expect(answer.status).toBe(201);
    expect(await rows()).toMatchObject([{ is_public: false, original_filename: 'Jugada de José.mp4' }]);
  });

  test('of exactly the limit passes', async () => {
    const answer = await upload(
      form([
        ['title', 'Mi mejor jugada'],
        ['video_file', movie(MAX_UPLOAD_BYTES)],
      ]),
    );
    expect(answer.status).toBe(201);
    expect(await rows()).toMatchObject([{ size_bytes: String(MAX_UPLOAD_BYTES) }]);
  });

  test.each<[string, [string, string | Buffer, string?][], number, string]>([
    [
      'a byte too much',
      [
        ['title', 'Mi jugada'],
        ['video_file', movie(MAX_UPLOAD_BYTES + 1)],
      ],
      413,
      'too_large',
    ],
    [
      'a text named .mp4',
      [
        ['title', 'Mi jugada'],
        ['video_file', Buffer.from('hola, esto es un texto')],
      ],
      400,
      'not_a_video',
    ],
    [
      'a playlist named .mp4',
      [
        ['title', 'Mi jugada'],
        ['video_file', Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:1\n')],
      ],
      400,
      'not_a_video',
    ],
    [
      'an empty file',
      [
        ['title', 'Mi jugada'],
        ['video_file', Buffer.alloc(0)],
      ],
      400,
      'not_a_video',
    ],
    [
      'a file of five bytes',
      [
        ['title', 'Mi jugada'],
        ['video_file', Buffer.from('short')],
      ],
      400,
      'not_a_video',
    ],
    ['no file', [['title', 'Mi jugada']], 400, 'invalid_input'],
    [
      'a file under another name',
      [
        ['title', 'Mi jugada'],
        ['video', movie()],
      ],
      400,
      'invalid_input',
    ],
    [
      'two files',
      [
        ['title', 'Mi jugada'],
        ['video_file', movie()],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
    [
      'more files than are counted',
      [
        ['title', 'Mi jugada'],
        ['other', movie()],
        ['video_file', movie()],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
    ['no title', [['video_file', movie()]], 400, 'invalid_input'],
    [
      'a title of four letters',
      [
        ['title', 'Gol!'],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
    [
      'a title of 101 letters',
      [
        ['title', 'a'.repeat(101)],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
    [
      'a title beyond all measure',
      [
        ['title', 'a'.repeat(100_000)],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
    [
      'is_public that is neither',
      [
        ['title', 'Mi jugada'],
        ['is_public', 'yes'],
        ['video_file', movie()],
      ],
      400,
      'invalid_input',
    ],
  ])('with %s is refused and leaves nothing', async (_what, parts, status, code) => {
    const answer = await upload(form(parts));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
    await expectNothingLeft();
  });

  test('names every problem at once', async () => {
    const answer = await upload(form([['is_public', 'yes']]));
    expect(await answer.json()).toMatchObject({
      details: [
        { field: 'video_file', message: 'is required' },
        { field: 'title', message: 'is required' },
        { field: 'is_public', message: 'must be one of true, false' },
      ],
    });
  });

  test('whose clip is a text says so', async () => {
    const answer = await upload(
      form([
        ['title', 'Mi jugada'],
        ['video_file', 'clip.mp4'],
      ]),
    );
    expect(await answer.json()).toMatchObject({
      details: [{ field: 'video_file', message: 'must be a file' }],
    });
  });

  test.each([
    ['JSON', 'application/json'],
    ['multipart without a boundary', 'multipart/form-data'],
    ['multipart with an empty boundary', 'multipart/form-data; boundary='],
    ['multipart with a boundary for another parameter', 'multipart/form-data; xboundary=b'],
  ])('as %s is refused', async (_what, contentType) => {
    const answer = await upload('{}', { 'content-type': contentType });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  const beginning = `--b\r\ncontent-disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n`;
  test.each([
    ['whose last boundary is missing', () => Buffer.concat([Buffer.from(beginning), movie()])],
    [
      'that breaks off in a file of another name',
      () => Buffer.concat([Buffer.from(beginning.replace('video_file', 'other')), movie()]),
    ],
  ])('%s is refused and leaves nothing', async (_what, body) => {
    const answer = await upload(body() as Body, { 'content-type': 'multipart/form-data; boundary=b' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'truncated_body' });
    await expectNothingLeft();
  });

  test('whose connection breaks leaves nothing', async () => {
    const begun = async () =>
      expect(
        await videos.database.admin`select from videos.uploads where user_id = ${player.id}`,
      ).toHaveLength(1);
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.concat([Buffer.from(beginning), movie()]));
        await vi.waitFor(begun, 5000);
        controller.error(new Error('connection reset'));
      },
    });
    await expect(upload(body, { 'content-type': 'multipart/form-data; boundary=b' })).rejects.toThrow();
    await vi.waitFor(expectNothingLeft, 5000);
  });

  test.each([
    ['is no movie', beginning, 400, 'not_a_video'],
    ['is no movie and was not asked for', beginning.replace('video_file', 'other'), 413, 'too_large'],
    ['is a text field', beginning.replace(/; filename.*"/, ''), 413, 'too_large'],
    ['never begins', '', 413, 'too_large'],
  ])(
    'without an end that %s is read no further than it must be, and leaves nothing',
    async (_what, head, status, code) => {
      let read = 0;
      const measured = new Hono<{ Bindings: HttpBindings }>();
      measured.use(async ({ env }, next) => {
        await next();
        read = env.incoming.socket.bytesRead;
      });
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          const chunk = sent === 0 ? Buffer.from(head || 'x') : Buffer.alloc(64 * 1024, 'x');
          sent += chunk.length;
          controller.enqueue(chunk);
          if (sent > 20 * MAX_UPLOAD_BYTES) controller.error(new Error('read on and on'));
        },
      });
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const answer = await upload(body, headers, await videos.serve(measured.route('/', videos.app)));
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ code });
      // Twice the limit, and what its streams hold.
      expect(read).toBeLessThan(2.5 * MAX_UPLOAD_BYTES);
      await expectNothingLeft();
    },
  );

  describe('that comes slowly', () => {
    const PATIENCE_MS = 1000;
    let impatient: string;
    beforeAll(async () => {
      impatient = await videos.serve(videos.appWith({ uploadPatienceMs: PATIENCE_MS }));
    });
    /** So many bytes of a movie, again and again, for longer than the patience. */
    const trickle = (bytes: number, end = '\r\n--b--\r\n') =>
      new ReadableStream({
        async start(controller) {
          const send = (text: string | Buffer) => controller.enqueue(Buffer.from(text));
          send(`--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nMi mejor jugada\r\n${beginning}`);
          send(movie());
          for (let piece = 0; piece < 15; piece++) {
            await sleep(PATIENCE_MS / 10);
            if (bytes > 0) send(Buffer.alloc(bytes));
          }
          send(end);
          controller.close();
        },
      });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };

    test('but steadily is taken', async () => {
      expect((await upload(trickle(200), headers, impatient)).status).toBe(201);
    });

    test.each([
      ['next to nothing', 1],
      ['nothing any more', 0],
    ])('as %s is given up, and leaves nothing', async (_what, bytes) => {
      const answer = await upload(trickle(bytes), headers, impatient);
      expect([answer.status, await answer.json()]).toMatchObject([408, { code: 'too_slow' }]);
      await expectNothingLeft();
    });
  });

  test('far too large is answered also to a client that reads nothing before it has sent all', async () => {
    const upload = request(`${url}/api/videos/upload`, {
      method: 'POST',
      headers: {
        ...{ authorization: player.authorization, 'content-type': 'multipart/form-data; boundary=b' },
        'transfer-encoding': 'chunked',
      },
    });
    const answered = once(upload, 'response');
    upload.once('socket', (socket) => socket.once('connect', () => socket.pause()));
    for (let sent = 0; sent < 10; sent++) {
      await new Promise((resolve) => upload.write(Buffer.alloc(MAX_UPLOAD_BYTES, 'x'), resolve));
    }
    upload.socket?.resume();
    const [answer] = (await answered) as [IncomingMessage];
    expect([answer.statusCode, await json(answer)]).toMatchObject([413, { code: 'too_large' }]);
  });

  test('that is ended as abandoned on its way is answered 503, and leaves nothing', async () => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.concat([Buffer.from(beginning), movie(9 * 1024 * 1024)]));
        const { video_id } = await vi.waitFor(async () => {
          const [begun] = await videos.database
            .admin`select video_id, upload_id from videos.uploads where user_id = ${player.id}`;
          expect(begun?.upload_id).toBeTypeOf('string');
          return begun as { video_id: string };
        }, 5000);
        await endUpload(videos, video_id);
        controller.enqueue(Buffer.concat([movie(8 * 1024 * 1024), Buffer.from('\r\n--b--\r\n')]));
        controller.close();
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const large = await videos.serve(videos.appWith({ maxUploadBytes: 20 * MAX_UPLOAD_BYTES }));
    const answer = await upload(body, headers, large);
    expect(answer.status).toBe(503);
    await expectNothingLeft();
  });

  test('may write its media type as it likes', async () => {
    const body = Buffer.concat([
      Buffer.from('--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nMi mejor jugada\r\n'),
      Buffer.from(beginning),
      movie(200_000),
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const answer = await upload(body, { 'content-type': 'Multipart/Form-Data; Boundary="b"' });
    expect(answer.status).toBe(201);
    expect(await rows()).toMatchObject([{ title: 'Mi mejor jugada', size_bytes: '200000' }]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('is sent by POST, and not by %s', async (method) => {
    const answer = await fetch(`${url}/api/videos/upload`, {
      method,
      headers: { authorization: player.authorization },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    if (method !== 'HEAD') expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  test('needs a token', async () => {
    const answer = await fetch(`${url}/api/videos/upload`, { method: 'POST', body: form([]) });
    expect(answer.status).toBe(401);
  });
});

test('one player’s uploads at once do not take the places of the others', async () => {
  const other = await videos.players.signUp();
  const boundary = { 'content-type': 'multipart/form-data; boundary=b' };
  const ends: ReadableStreamDefaultController<Uint8Array>[] = [];
  const endless = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        ends.push(controller);
        controller.enqueue(Buffer.from('--b'));
      },
    });
  const underWay = Array.from({ length: 16 }, () => upload(endless(), boundary));
  await vi.waitFor(async () => {
    const begun = await videos.database.admin`select from videos.uploads where user_id = ${player.id}`;
    expect(begun).toHaveLength(16);
  }, 5000);
  const [mine, others] = [
    await upload(movieForm()),
    await upload(movieForm(), { authorization: other.authorization }),
  ];
  expect([mine.status, others.status]).toEqual([503, 201]);
  for (const end of ends) end.close();
  for (const answer of await Promise.all(underWay)) expect(answer.status).toBe(400);
  expect((await upload(movieForm())).status).toBe(201);
});

describe('the outbox', () => {
  test('brings each job to the queue once, with the request it came from and its player as group', async () => {
    await videos.database.admin`delete from videos.outbox`;
    const send = vi.spyOn(videos.queue, 'send');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await upload(
      form([
        ['title', 'Mi mejor jugada'],
        ['video_file', movie()],
      ]),
      { 'x-request-id': 'req-7', traceparent },
    );
    const { task_id } = (await answer.json()) as { task_id: string };
    videos.outbox.start();
    const message = await videos.queue.receive(5, 30, AbortSignal.timeout(6000));
    expect(JSON.parse(message?.body ?? '')).toEqual({
      ...{ video_id: task_id, request_id: 'req-7', traceparent },
    });
    const groups = send.mock.calls.flatMap(([messages]) => messages.map(({ group }) => group));
    expect(groups).toEqual([String(player.id)]);
    await vi.waitFor(
      async () => expect(await videos.database.admin`select * from videos.outbox`).toEqual([]),
      5000,
    );
    expect(await videos.queue.receive(1, 30, AbortSignal.timeout(3000))).toBeNull();
  });

  test('takes the media of a deleted video out of the store', async () => {
    const { task_id } = (await (
      await upload(
        form([
          ['title', 'Mi mejor jugada'],
          ['video_file', movie()],
        ]),
      )
    ).json()) as { task_id: string };
    await vi.waitFor(async () => expect(await videos.bucket.keys()).toContain(`originals/${task_id}`));
    const answer = await fetch(`${url}/api/videos/${task_id}`, {
      method: 'DELETE',
      headers: { authorization: player.authorization },
    });
    expect(answer.status).toBe(200);
    await vi.waitFor(
      async () => expect(await videos.bucket.keys()).not.toContain(`originals/${task_id}`),
      5000,
    );
  });

  test('gets every unfinished video again after the queue was lost, and nothing else', async () => {
    await videos.outbox.stop();
    await videos.database.admin`delete from videos.videos`;
    const admin = videos.database.admin;
    const unfinished = [
      await createVideo(admin, player.id, { status: 'uploaded' }),
      await createVideo(admin, player.id, { status: 'processing' }),
    ];
    await createVideo(admin, player.id, { status: 'processed' });
    await createVideo(admin, player.id, { status: 'failed' });
    await createVideo(admin, player.id, { status: 'uploaded', deleted: true });
    const sql = videos.database.connect('anb_videos');
    expect(await requeueUnfinished(sql)).toBe(2);
    expect(await requeueUnfinished(sql)).toBe(0);
    const queued = await admin`select video_id from videos.outbox where kind = 'transcode'`;
    expect(queued.map(({ video_id }) => video_id).sort()).toEqual(unfinished.sort());
  });
});
