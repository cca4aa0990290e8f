import { execFile } from 'node:child_process';
import { createPublicKey, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { SECURITY_HEADERS } from '@anb/service-kit/browsers';
import { openDatabase } from '@anb/service-kit/database';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Answer, Api, type TestPlayer, uploadForm } from './api.ts';
import { environmentOf, makeDataDir, type RunningStack, startStack } from './stack.ts';

const run = promisify(execFile);
const { ffmpeg } = findFfmpeg();
const folder = makeDataDir();
let stack: RunningStack;
let api: Api;
let player: TestPlayer;

beforeAll(async () => {
  stack = await startStack(folder.path);
  api = new Api(stack.url);
  player = await api.signUp();
});
afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

const id = randomUUID();
const post = (path: string, body: unknown) => api.send('POST', path, { body });
const account = {
  first_name: 'Ana',
  last_name: 'Ríos',
  city: 'Bogotá',
  country: 'Colombia',
  email: 'refused@example.com',
  password1: 'un-pase-largo-7',
  password2: 'un-pase-largo-7',
};
const signUp = (change: object) => post('/api/auth/signup', { ...account, ...change });
const json = { 'content-type': 'application/json' };

type Case = [what: string, send: () => Promise<Answer>, status: number, code: string];

function refuses(cases: Case[]) {
  test.each(cases)('%s', async (_what, send, status, code) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      code,
      error: expect.stringMatching(/.{10,}/),
      request_id: expect.any(String),
    });
    expect(answer.headers.get('x-request-id')).toBe(answer.body.request_id);
    if (status === 401 && code === 'unauthorized')
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/[A-Z]+/);
  });
}

describe('auth refuses', () => {
  refuses([
    [
      'malformed JSON',
      () => api.send('POST', '/api/auth/signup', { raw: '{"first_name": ', headers: json }),
      400,
      'malformed_json',
    ],
    ['an array for an object', () => post('/api/auth/signup', []), 400, 'invalid_input'],
    ['no body', () => api.send('POST', '/api/auth/signup', { headers: json }), 400, 'malformed_json'],
    [
      'a form',
      () =>
        api.send('POST', '/api/auth/login', {
          raw: 'email=a',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      415,
      'unsupported_media_type',
    ],
    ['a wrong type', () => signUp({ first_name: ['Ana'] }), 400, 'invalid_input'],
    ['a field that is missing', () => signUp({ city: undefined }), 400, 'invalid_input'],
    ['a name that is too long', () => signUp({ last_name: 'x'.repeat(51) }), 400, 'invalid_input'],
    [
      'a password that is too short',
      () => signUp({ password1: '1234567', password2: '1234567' }),
      400,
      'invalid_input',
    ],
    ['passwords that differ', () => signUp({ password2: 'un-pase-largo-8' }), 400, 'passwords_differ'],
    [
      'an e-mail that is taken, in capitals',
      () => signUp({ email: player.email.toUpperCase() }),
      400,
      'email_taken',
    ],
    ['a body beyond 64 KiB', () => signUp({ first_name: 'x'.repeat(70_000) }), 413, 'too_large'],
    [
      'a wrong password',
      () => post('/api/auth/login', { email: player.email, password: 'wrong-password' }),
      401,
      'invalid_credentials',
    ],
    [
      'an unknown e-mail',
      () => post('/api/auth/login', { email: 'nobody@example.com', password: 'wrong-password' }),
      401,
      'invalid_credentials',
    ],
    [
      'a login without a password',
      () => post('/api/auth/login', { email: player.email }),
      400,
      'invalid_input',
    ],
    [
      'a profile change that is too short',
      () => api.as(player, 'PATCH', '/api/auth/profile', { city: 'x' }),
      400,
      'invalid_input',
    ],
    ['a method it does not know', () => api.send('DELETE', '/api/auth/login'), 405, 'method_not_allowed'],
    ['a path it does not know', () => api.send('GET', '/api/auth/nothing'), 404, 'not_found'],
  ]);

  test('the two wrong sign-ins with one and the same answer', async () => {
    const [password, email] = [
      await post('/api/auth/login', { email: player.email, password: 'wrong-password' }),
      await post('/api/auth/login', { email: 'nobody@example.com', password: 'wrong-password' }),
    ];
    expect({ ...password.body, request_id: '' }).toEqual({ ...email.body, request_id: '' });
    expect(password.body.error).toBe('Invalid credentials');
  });

  test('to make an organiser of who asks for it', async () => {
    const organiser = await api.signUp({ role: 'organiser' });
    expect((await api.as(organiser, 'GET', '/api/auth/profile')).body.role).toBe('player');
  });
});

const needsToken: [method: string, path: string][] = [
  ['GET', '/api/auth/profile'],
  ['PATCH', '/api/auth/profile'],
  ['POST', '/api/auth/logout'],
  ['GET', '/api/auth/account/export'],
  ['DELETE', '/api/auth/account'],
  ['POST', '/api/videos/upload'],
  ['GET', '/api/videos'],
  ['GET', `/api/videos/${id}`],
  ['PATCH', `/api/videos/${id}`],
  ['DELETE', `/api/videos/${id}`],
  ['POST', `/api/public/videos/${id}/vote`],
  ['POST', `/api/public/videos/${id}/report`],
  ['GET', '/api/admin/jobs'],
  ['GET', '/api/admin/reports'],
  ['GET', `/api/admin/videos/${id}`],
  ['GET', '/api/admin/contest'],
  ['PUT', '/api/admin/contest'],
  ['GET', '/api/user/votes'],
];

describe('without a token', () => {
  refuses(
    needsToken.map(([method, path]) => [
      `${method} ${path}`,
      () => api.send(method, path),
      401,
      'unauthorized',
    ]),
  );
});

describe('a token that is', () => {
  const key = () => readFileSync(join(folder.path, 'secrets', 'signing-keys', 'signing-key.pem'), 'utf8');
  /** Signed as auth signs, but for what is changed. */
  async function forge(
    change: { claims?: object; header?: object; signer?: Parameters<SignJWT['sign']>[0] } = {},
  ) {
    const kid = await calculateJwkThumbprint(await exportJWK(createPublicKey(key())));
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'anb-rising-stars',
      aud: 'anb-rising-stars',
      sub: '1',
      sid: randomUUID(),
      role: 'player',
      iat: now,
      exp: now + 60,
    };
    return new SignJWT({ ...claims, ...change.claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...change.header })
      .sign(change.signer ?? (await importPKCS8(key(), 'ES256')));
  }
  const unsigned = async () => {
    const [, claims] = (await forge()).split('.');
    return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
  };
  const publicPem = () =>
    new TextEncoder().encode(createPublicKey(key()).export({ type: 'spki', format: 'pem' }).toString());
  const kinds: [string, () => Promise<string>][] = [
    [
      'of another key',
      async () => `Bearer ${await forge({ signer: (await generateKeyPair('ES256')).privateKey })}`,
    ],
    ['not signed (alg none)', async () => `Bearer ${await unsigned()}`],
    [
      'signed HS256 with the public key',
      async () => `Bearer ${await forge({ header: { alg: 'HS256' }, signer: publicPem() })}`,
    ],
    ['expired', async () => `Bearer ${await forge({ claims: { exp: 1 } })}`],
    ['for another audience', async () => `Bearer ${await forge({ claims: { aud: 'somebody-else' } })}`],
    ['of another scheme', async () => `Basic ${await forge()}`],
    ['none at all', async () => 'Bearer abc'],
    ['empty', async () => 'Bearer '],
  ];
  const services = ['/api/auth/profile', '/api/videos', '/api/user/votes'];

  test.each(services)('signed as it should be is taken at %s', async (path) => {
    expect(
      (await api.send('GET', path, { headers: { authorization: `Bearer ${await forge()}` } })).status,
    ).toBe(200);
  });
  describe.each(services)('at %s', (path) => {
    refuses(
      kinds.map(([what, make]) => [
        what,
        async () => api.send('GET', path, { headers: { authorization: await make() } }),
        401,
        'unauthorized',
      ]),
    );
  });
});

describe('videos refuses', () => {
  const text = new TextEncoder().encode('hola, esto es un texto y no un video');
  const playlist = new TextEncoder().encode(
    '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n',
  );
  const movie = new Uint8Array(2000);
  movie.set(new TextEncoder().encode('\0\0\0\x18ftypisom'));
  const upload = (clip: Uint8Array<ArrayBuffer>, fields = {}) =>
    api.as(player, 'POST', '/api/videos/upload', uploadForm(clip, fields));
  const titleOnly = () => {
    const form = new FormData();
    form.append('title', 'Mi mejor jugada');
    return form;
  };
  const huge = () => {
    const clip = new Uint8Array(101 * 1024 * 1024);
    clip.set(movie);
    return clip;
  };
  refuses([
    ['a text named .mp4', () => upload(text), 400, 'not_a_video'],
    ['a playlist named .mp4', () => upload(playlist), 400, 'not_a_video'],
    ['a title that is too short', () => upload(movie, { title: 'Gol' }), 400, 'invalid_input'],
    ['is_public that is neither', () => upload(movie, { is_public: '1' }), 400, 'invalid_input'],
    ['no file', () => api.as(player, 'POST', '/api/videos/upload', titleOnly()), 400, 'invalid_input'],
    ['101 MB', () => upload(huge()), 413, 'too_large'],
    [
      'JSON for a form',
      () => api.as(player, 'POST', '/api/videos/upload', {}),
      415,
      'unsupported_media_type',
    ],
    [
      'a form without its end',
      () =>
        api.send('POST', '/api/videos/upload', {
          raw: '--b\r\ncontent-disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n\0\0\0\x18ftypisom',
          headers: { 'content-type': 'multipart/form-data; boundary=b', authorization: player.authorization },
        }),
      400,
      'truncated_body',
    ],
    ['a malformed id', () => api.as(player, 'GET', '/api/videos/7'), 400, 'invalid_input'],
    ['an unknown id', () => api.as(player, 'GET', `/api/videos/${id}`), 404, 'video_not_found'],
    [
      'an unknown id to change',
      () => api.as(player, 'PATCH', `/api/videos/${id}`, { title: 'Otro título' }),
      404,
      'video_not_found',
    ],
    ['an unknown id to delete', () => api.as(player, 'DELETE', `/api/videos/${id}`), 404, 'video_not_found'],
    ['an unknown public id', () => api.send('GET', `/api/public/videos/${id}`), 404, 'video_not_found'],
    [
      'a report about an unknown video',
      () => api.as(player, 'POST', `/api/public/videos/${id}/report`, { reason: 'No es baloncesto.' }),
      404,
      'video_not_found',
    ],
    [
      'a report without a reason',
      () => api.as(player, 'POST', `/api/public/videos/${id}/report`, {}),
      400,
      'invalid_input',
    ],
    ...['/api/admin/jobs', '/api/admin/reports', `/api/admin/videos/${id}`].map(
      (path): Case => [`${path} to a player`, () => api.as(player, 'GET', path), 403, 'organisers_only'],
    ),
    ['a malformed public id', () => api.send('GET', '/api/public/videos/7'), 400, 'invalid_input'],
    [
      'a huge page',
      () => api.send('GET', '/api/public/videos?page=99999999999999999999'),
      400,
      'invalid_input',
    ],
    ['a fractional page', () => api.send('GET', '/api/public/videos?page=1.5'), 400, 'invalid_input'],
    ['a limit of 101', () => api.send('GET', '/api/public/videos?limit=101'), 400, 'invalid_input'],
    ['an unknown order', () => api.send('GET', '/api/public/videos?sort=best'), 400, 'invalid_input'],
    [
      'media of an unknown video',
      () => api.send('GET', `/media/${id}/${id}/clip.mp4`),
      404,
      'media_not_found',
    ],
    ['media that are no media', () => api.send('GET', `/media/${id}/${id}/original`), 400, 'invalid_input'],
    ['a method it does not know', () => api.send('PUT', '/api/public/videos'), 405, 'method_not_allowed'],
  ]);

  const throughGateway = () => stack.url;
  const directly = () => `http://127.0.0.1:${environmentOf(stack.pidOf('videos')).PORT}`;
  test.each([
    ['250 MB', throughGateway, 250, {}],
    ['250 MB, asked whether it may', throughGateway, 250, { expect: '100-continue' }],
    ['250 MB in a service', directly, 250, {}],
    ['250 MB in a service, asked whether it may', directly, 250, { expect: '100-continue' }],
    ['3 GB of unknown length', throughGateway, undefined, {}],
    ['3 GB of unknown length in a service', directly, undefined, {}],
  ])('%s, and the sender hears it', async (_what, address, megabytes, headers) => {
    const length = megabytes && { 'content-length': String(megabytes * 1024 * 1024) };
    const answer = await sendMovie(address(), { ...length, ...headers }, megabytes ?? 3072);
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } });
    expect((await api.as(player, 'GET', '/api/videos')).status).toBe(200);
  });

  /** Sends a form that holds a movie of so many megabytes, as fast as it is taken. */
  async function sendMovie(address: string, headers: Record<string, string>, megabytes: number) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number | undefined;
      body: unknown;
    }>();
    const sending = request(`${address}/api/videos/upload`, {
      method: 'POST',
      headers: {
        authorization: player.authorization,
        'content-type': 'multipart/form-data; boundary=b',
        ...headers,
      },
    });
    sending.once('response', async (answer) => {
      const body = JSON.parse(Buffer.concat(await answer.toArray()).toString());
      resolve({ status: answer.statusCode, body });
    });
    sending.on('error', reject); // too late when the answer has been read
    const head = '--b\r\ncontent-disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n';
    const megabyte = Buffer.alloc(1024 * 1024);
    const form = Readable.from(
      (function* () {
        yield Buffer.concat([
          Buffer.from(head),
          Buffer.from(movie),
          megabyte.subarray(head.length + movie.length),
        ]);
        for (let sent = 1; sent < megabytes; sent++) yield megabyte;
      })(),
    );
    if (headers.expect) sending.once('continue', () => form.pipe(sending));
    else form.pipe(sending);
    return promise.finally(() => {
      form.destroy();
      sending.destroy();
    });
  }

  test('somebody else to read, change or delete a video', async () => {
    const owner = await api.signUp();
    const video = await api.upload(owner, movie);
    for (const [method, body] of [['GET'], ['PATCH', { title: 'Otro título' }], ['DELETE']] as const) {
      const answer = await api.as(player, method, `/api/videos/${video}`, body);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ code: 'not_your_video' });
    }
  });

  /** All that the store keeps of originals, finished or not. */
  const storedFiles = () =>
    readdirSync(join(folder.path, 'objects'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('/media/')) // a transcoder may be at work on another test's video
      .sort();

  test('an upload that is cut half-way: nothing of it stays', async () => {
    const sender = await api.signUp();
    const sql = openDatabase({
      url: environmentOf(stack.pidOf('videos')).DATABASE_URL ?? '',
      max: 1,
      applicationName: 'test',
    });
    const begun = async () =>
      (await sql`select video_id from videos.uploads`).map(({ video_id }) => video_id as string);
    const before = storedFiles();
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(new URL(stack.url).port), '127.0.0.1', () => {
        socket.write(
          `POST /api/videos/upload HTTP/1.1\r\nhost: x\r\nauthorization: ${sender.authorization}\r\n` +
            'content-type: multipart/form-data; boundary=b\r\ncontent-length: 10000000\r\n\r\n' +
            '--b\r\ncontent-disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n',
        );
        // More than a part of the store's, so that it holds some of it by then.
        const part = new Uint8Array(6 * 1024 * 1024);
        part.set(movie);
        socket.write(part);
        vi.waitFor(async () => {
          expect(await begun()).toHaveLength(1);
          expect(storedFiles().length).toBeGreaterThan(before.length);
        }, 10_000)
          .catch(reject)
          .finally(() => socket.destroy());
      });
      socket.once('close', () => resolve()).once('error', reject);
    });
    await vi.waitFor(async () => expect(await begun()).toEqual([]), 5000);
    await sql.end();
    expect(storedFiles()).toEqual(before);
    expect((await api.as(sender, 'GET', '/api/videos')).body).toEqual([]);
    expect((await api.send('GET', '/health')).status).toBe(200);
  });

  test.each([
    ['without a picture', 'no_picture', ['-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac'], 1],
    ['that is truncated', 'unreadable', [], 0.5],
  ] as const)('in the end an MP4 %s, with a reason', async (_what, code, args, share) => {
    const path = join(folder.path, `${code}.mp4`);
    if (args.length > 0) await run(ffmpeg, ['-y', ...args, path]);
    else await makeClip(ffmpeg, 'small', path, { seconds: 1 });
    const clip = await readFile(path);
    const video = await api.upload(player, new Uint8Array(clip.subarray(0, Math.floor(clip.length * share))));
    expect(await api.finished(player, video)).toMatchObject({
      status: 'failed',
      failure_code: code,
      failure_reason: expect.stringMatching(/.{20,}/),
    });
  });

  test('no order of the parts', async () => {
    const form = new FormData();
    form.append('video_file', new Blob([movie]), 'a.mp4');
    form.append('is_public', 'false');
    form.append('title', 'El archivo primero');
    expect((await api.as(player, 'POST', '/api/videos/upload', form)).status).toBe(201);
  });
});

describe('votes refuses', () => {
  refuses([
    [
      'the contest to a player',
      () => api.as(player, 'PUT', '/api/admin/contest', { vote_goal: 1 }),
      403,
      'organisers_only',
    ],
    [
      'an unknown video',
      () => api.as(player, 'POST', `/api/public/videos/${id}/vote`),
      404,
      'video_not_found',
    ],
    ['a malformed id', () => api.as(player, 'POST', '/api/public/videos/7/vote'), 400, 'invalid_input'],
    [
      'a method it does not know',
      () => api.send('GET', `/api/public/videos/${id}/vote`),
      405,
      'method_not_allowed',
    ],
    [
      'a huge page',
      () => api.send('GET', '/api/public/rankings?page=99999999999999999999'),
      400,
      'invalid_input',
    ],
    ['a fractional page', () => api.send('GET', '/api/public/rankings?page=0.5'), 400, 'invalid_input'],
    ['a limit of 0', () => api.send('GET', '/api/public/rankings?limit=0'), 400, 'invalid_input'],
  ]);
});

describe('nobody', () => {
  refuses([
    ['answers an unknown path below /api', () => api.send('GET', '/api/nothing'), 404, 'not_found'],
    ['lists the store', () => api.send('GET', '/_store/anb-rising-stars?list-type=2'), 403, 'not_signed'],
    ['changes the health', () => api.send('POST', '/health'), 405, 'method_not_allowed'],
  ]);
});

test.each([
  ...[
    '/',
    '/swagger',
    '/swagger/start.js',
    '/swagger/swagger-ui.css',
    '/openapi.json',
    '/nothing',
    '/api/nothing',
  ],
  '/_store/anb-rising-stars/originals/a',
])('a browser is told by %s to be careful', async (path) => {
  const { headers } = await api.send('GET', path);
  for (const name of Object.keys(SECURITY_HEADERS)) expect(headers.get(name), name).toBeTruthy();
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; (?!.*unsafe)/);
});

test.each(['%25', '_', '%5C', "'%20or%201=1--"])('the city %s is a name that nobody has', async (city) => {
  for (const path of ['/api/public/videos', '/api/public/rankings']) {
    const answer = await api.send('GET', `${path}?city=${city}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([]);
  }
});
