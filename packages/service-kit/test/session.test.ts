import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLog } from '../src/log.ts';
import { SessionCheck } from '../src/session.ts';

let database: TestDatabase;
let players: Awaited<ReturnType<typeof createPlayers>>;
let player: Player;
let check: SessionCheck;

beforeAll(async () => {
  database = await createTestDatabase();
  players = await createPlayers(database.admin);
  player = await players.signUp();
  check = new SessionCheck({
    sql: database.connect('anb_votes'),
    log: createLog('test', 'silent'),
    issuer: ISSUER,
    audience: AUDIENCE,
  });
  await check.start();
});
afterAll(async () => {
  await check.stop();
  await database.drop();
});

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}

async function forge({ header, claims, key }: Forgery = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: String(player.id),
    sid: player.sessionId,
    role: 'player',
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: players.kid, ...header })
    .sign(key ?? players.privateKey);
}

const unsigned = async () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [, claims] = (await forge()).split('.');
  return `${encode({ alg: 'none', typ: 'at+jwt', kid: players.kid })}.${claims}.`;
};
const now = () => Math.floor(Date.now() / 1000);

describe('an access token', () => {
  test('tells whose it is', async () => {
    expect(await check.verify(await forge())).toEqual({
      userId: player.id,
      sessionId: player.sessionId,
      role: 'player',
    });
  });

  test.each<[string, () => Promise<string>]>([
    ['signed with another key', async () => forge({ key: (await generateKeyPair('ES256')).privateKey })],
    ['not signed (alg none)', unsigned],
    [
      'signed by HS256 with the public key',
      async () =>
        forge({
          header: { alg: 'HS256' },
          key: new TextEncoder().encode(await exportSPKI(players.publicKey)),
        }),
    ],
    ['expired', () => forge({ claims: { exp: now() - 1 } })],
    ['without an end', () => forge({ claims: { exp: undefined } })],
    ['for another audience', () => forge({ claims: { aud: 'somebody-else' } })],
    ['of another issuer', () => forge({ claims: { iss: 'somebody-else' } })],
    ['of another type', () => forge({ header: { typ: 'JWT' } })],
    ['with an unknown key id', () => forge({ header: { kid: 'unknown' } })],
    ['without a key id', () => forge({ header: { kid: undefined } })],
    [
      'that brings its own key',
      async () => {
        const own = await generateKeyPair('ES256', { extractable: true });
        return forge({ key: own.privateKey, header: { jwk: await exportJWK(own.publicKey) } });
      },
    ],
    ['without a session', () => forge({ claims: { sid: undefined } })],
    ['whose user is no number', () => forge({ claims: { sub: 'admin' } })],
    ['with changed claims', async () => (await forge()).replace(/\.(.{4})/, '.AAAA')],
    ['that is no token', async () => 'abc'],
  ])('%s is refused', async (_what, make) => {
    expect(await check.verify(await make())).toBeNull();
  });

  test('is refused within two seconds after its session has ended', async () => {
    const leaver = await players.signUp();
    const token = leaver.authorization.slice('Bearer '.length);
    expect(await check.verify(token)).not.toBeNull();
    await database.admin`update auth.sessions set ended_at = now() where id = ${leaver.sessionId}`;
    await vi.waitFor(async () => expect(await check.verify(token)).toBeNull(), {
      timeout: 2000,
      interval: 50,
    });
  });
});
