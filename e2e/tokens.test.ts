import { generateKeyPairSync, KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { killServices, type RunningService, type ServiceName, startService } from './service.ts';

const keysDir = mkdtempSync(join(tmpdir(), 'anb-keys-'));
/** Of each service something for signed-in callers only. */
const asked = { auth: '/api/auth/profile', videos: '/api/videos', votes: '/api/user/votes' } as const;
const names = Object.keys(asked) as (keyof typeof asked)[];

let database: TestDatabase;
let players: Awaited<ReturnType<typeof createPlayers>>;
let player: Player;
let start: (name: ServiceName) => Promise<RunningService>;
const services = new Map<string, RunningService>();

beforeAll(async () => {
  database = await createTestDatabase();
  players = await createPlayers(database.admin);
  player = await players.signUp();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(keysDir, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const [{ bucket, endpoint }, queue] = [await createTestBucket(), await createTestQueue()];
  start = (name) =>
    startService(name, {
      DATABASE_URL: database.url(`anb_${name}`),
      TOKEN_ISSUER: ISSUER,
      TOKEN_AUDIENCE: AUDIENCE,
      SIGNING_KEYS_DIR: keysDir,
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      SQS_QUEUE_URL: queue.queueUrl,
      SQS_ENDPOINT: queue.endpoint,
    });
  await Promise.all(
    names.map(async (name) => {
      const service = await start(name);
      services.set(name, service);
      await service.untilReady();
    }),
  );
});
afterAll(async () => {
  killServices();
  await database.drop();
  rmSync(keysDir, { recursive: true });
});

const ask = (name: keyof typeof asked, headers: Record<string, string>, query = '') =>
  fetch(`${services.get(name)?.url}${asked[name]}${query}`, { headers });
const statuses = (authorization: string) =>
  Promise.all(names.map(async (name) => (await ask(name, { authorization })).status));

const now = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Parts {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}
const header = (change: Parts['header'] = {}) => ({
  alg: 'ES256',
  typ: 'at+jwt',
  kid: players.kid,
  ...change,
});
const claims = (change: Parts['claims'] = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: String(player.id),
  sid: player.sessionId,
  role: 'player',
  client_id: 'anb',
  jti: randomUUID(),
  iat: now(),
  exp: now() + 600,
  ...change,
});
/** Signed as it should be, but for what is changed. */
const forge = (parts: Parts = {}, key: CryptoKey | Uint8Array = players.privateKey) =>
  new SignJWT(claims(parts.claims)).setProtectedHeader(header(parts.header)).sign(key);
const input = (parts: Parts = {}) => `${base64url(header(parts.header))}.${base64url(claims(parts.claims))}`;
const withSignature = (make: (parts: string) => Buffer) => {
  const parts = input();
  return `${parts}.${make(parts).toString('base64url')}`;
};
const hmac = async (secret: string) =>
  forge({ header: { alg: 'HS256' } }, new TextEncoder().encode(secret.padEnd(32)));
const own = async (alg: string, more: (jwk: JWK) => Record<string, unknown> = () => ({})) => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return forge({ header: { alg, ...more(await exportJWK(publicKey)) } }, privateKey);
};

const forged: Record<string, () => string | Promise<string>> = {
  'that is a word': () => 'abc',
  'of two parts': () => input(),
  'of five parts': async () => `${await forge()}.a.b`,
  'with alg none': () => `${base64url(header({ alg: 'none' }))}.${base64url(claims())}.`,
  'with alg none and a signature': async () =>
    `${base64url(header({ alg: 'none' }))}.${(await forge()).split('.').slice(1).join('.')}`,
  'with HS256 by the public key as PEM': async () => hmac(await exportSPKI(players.publicKey)),
  'with HS256 by the public key as JWK': async () => hmac(JSON.stringify(await exportJWK(players.publicKey))),
  'with HS256 by an empty secret': () => hmac(''),
  'with ES256 by another key': () => own('ES256'),
  'with ES384': () => own('ES384'),
  'with RS256': () => own('RS256'),
  'with EdDSA': () => own('EdDSA'),
  'that brings its key (jwk)': () => own('ES256', (jwk) => ({ jwk })),
  'that says where its key is (jku)': () => own('ES256', () => ({ jku: 'https://evil.example.com/jwks' })),
  'that says where its key is (x5u)': () => own('ES256', () => ({ x5u: 'https://evil.example.com/x5u' })),
  'with an unknown kid': () => forge({ header: { kid: 'unknown' } }),
  'without a kid': () => forge({ header: { kid: undefined } }),
  'whose kid is a path': () => forge({ header: { kid: '../../../../dev/null' } }),
  'whose kid is a statement': () => forge({ header: { kid: "' or 1=1 --" } }),
  'whose kid is no text': () => forge({ header: { kid: { toString: players.kid } } }),
  'of type JWT': () => forge({ header: { typ: 'JWT' } }),
  'without a type': () => forge({ header: { typ: undefined } }),
  'with a critical extension that nobody knows': async () => {
    const parts = input({ header: { crit: ['exp2'], exp2: 1 } });
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      players.privateKey,
      Buffer.from(parts),
    );
    return `${parts}.${Buffer.from(signature).toString('base64url')}`;
  },
  'with a signature of zeros': () => withSignature(() => Buffer.alloc(64)),
  'without its signature': async () => (await forge()).replace(/[^.]*$/, ''),
  'with half its signature': async () => (await forge()).slice(0, -43),
  'with a signature in DER': () =>
    withSignature((parts) => sign('sha256', Buffer.from(parts), KeyObject.from(players.privateKey))),
  'whose role was changed': async () => {
    const [head, , signature] = (await forge()).split('.');
    return `${head}.${base64url(claims({ role: 'organiser' }))}.${signature}`;
  },
  'whose header was changed': async () => {
    const [, ...rest] = (await forge()).split('.');
    return [base64url(header({ b64: false })), ...rest].join('.');
  },
  'that has expired': () => forge({ claims: { exp: now() - 1 } }),
  'without an end': () => forge({ claims: { exp: undefined } }),
  'whose end is no number': () => forge({ claims: { exp: `${now() + 600}` } }),
  'that lives longer than an hour': () => forge({ claims: { exp: now() + 3700 } }),
  'that is not yet valid': () => forge({ claims: { nbf: now() + 60 } }),
  'from the future': () => forge({ claims: { iat: now() + 60 } }),
  'without its time': () => forge({ claims: { iat: undefined } }),
  'for another audience': () => forge({ claims: { aud: 'somebody-else' } }),
  'without an audience': () => forge({ claims: { aud: undefined } }),
  'of another issuer': () => forge({ claims: { iss: 'https://evil.example.com' } }),
  'without an issuer': () => forge({ claims: { iss: undefined } }),
  'without a user': () => forge({ claims: { sub: undefined } }),
  'whose user is a word': () => forge({ claims: { sub: 'admin' } }),
  'whose user is a number in another form': () => forge({ claims: { sub: `${player.id}.0` } }),
  'without a session': () => forge({ claims: { sid: undefined } }),
  'whose session is a list': () => forge({ claims: { sid: [player.sessionId] } }),
  'without a role': () => forge({ claims: { role: undefined } }),
  'of a session that has ended': async () => {
    const leaver = await players.signUp();
    await database.admin`update auth.sessions set ended_at = now() where id = ${leaver.sessionId}`;
    return untilRefused(leaver);
  },
  'of a key that was retired': async () => {
    const others = await createPlayers(database.admin);
    const other = await others.signUp();
    await vi.waitFor(async () => expect(await statuses(other.authorization)).toEqual([200, 200, 200]), 5000);
    await database.admin`update auth.signing_keys set retired_at = now() where kid = ${others.kid}`;
    return untilRefused(other);
  },
  'that is a refresh token': () => Buffer.alloc(48, 7).toString('base64url'),
};

const made = new Map<string, Promise<string>>();
/** One of each kind, shown to every service. */
function forgery(kind: string): Promise<string> {
  const token = made.get(kind) ?? Promise.resolve(forged[kind]?.() ?? '');
  made.set(kind, token);
  return token;
}

/** Within the two seconds that an end may take. */
async function untilRefused({ authorization }: Player): Promise<string> {
  await vi.waitFor(async () => expect(await statuses(authorization)).toEqual([401, 401, 401]), {
    timeout: 2000,
    interval: 50,
  });
  return authorization.slice('Bearer '.length);
}

test('what the forgeries are made from is taken by every service', async () => {
  expect(await statuses(`Bearer ${await forge()}`)).toEqual([200, 200, 200]);
  expect(await statuses(`bearer ${await forge()}`)).toEqual([200, 200, 200]);
});

describe.each(names)('%s', (name) => {
  const expectRefused = async (answer: Response) => {
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  };

  test.each(Object.keys(forged))('refuses a token %s', async (kind) => {
    await expectRefused(await ask(name, { authorization: `Bearer ${await forgery(kind)}` }));
  });

  test.each<[string, (token: string) => Record<string, string>]>([
    ['nowhere', () => ({})],
    ['without a word', () => ({ authorization: 'Bearer' })],
    ['by another word', (token) => ({ authorization: `Basic ${token}` })],
    ['without the word', (token) => ({ authorization: token })],
    ['twice', (token) => ({ authorization: `Bearer ${token}, Bearer ${token}` })],
    ['in a cookie', (token) => ({ cookie: `access_token=${token}` })],
  ])('refuses a good token that stands %s', async (_where, headers) => {
    await expectRefused(await ask(name, headers(await forge())));
  });

  test('refuses a good token in the address', async () => {
    await expectRefused(await ask(name, {}, `?access_token=${await forge()}`));
  });
});

test('a session that has ended stays ended for services that start again, with auth down', async () => {
  const leaver = await players.signUp();
  expect(await statuses(leaver.authorization)).toEqual([200, 200, 200]);
  await database.admin`update auth.sessions set ended_at = now() where id = ${leaver.sessionId}`;
  await Promise.all(names.map((name) => services.get(name)?.stop()));
  for (const name of ['videos', 'votes'] as const) {
    const service = await start(name);
    services.set(name, service);
    await service.untilReady();
    expect((await ask(name, { authorization: leaver.authorization })).status).toBe(401);
    expect((await ask(name, { authorization: player.authorization })).status).toBe(200);
  }
});
