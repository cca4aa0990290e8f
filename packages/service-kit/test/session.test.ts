import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ISql, openDatabase, type Sql } from '../src/database.ts';
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
    log: keptLog('service-kit'),
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
    ['that lives longer than its session is remembered', () => forge({ claims: { exp: now() + 3601 } })],
    ['from the future', () => forge({ claims: { iat: now() + 60, exp: now() + 120 } })],
    ['not yet valid', () => forge({ claims: { nbf: now() + 60 } })],
    ['whose user is written in another way', () => forge({ claims: { sub: ` ${player.id}` } })],
    ['whose user is nobody', () => forge({ claims: { sub: '0' } })],
    ['without a role', () => forge({ claims: { role: undefined } })],
    ['whose role is no text', () => forge({ claims: { role: ['organiser'] } })],
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

  test('is refused once it has expired, though it was remembered', async () => {
    const token = await forge({ claims: { exp: now() + 2 } });
    expect(await check.verify(token)).not.toBeNull();
    await vi.waitFor(async () => expect(await check.verify(token)).toBeNull(), {
      timeout: 5000,
      interval: 50,
    });
  });

  test('is refused once its key is retired, though it was remembered', async () => {
    const others = await createPlayers(database.admin);
    const { authorization } = await others.signUp();
    const token = authorization.slice('Bearer '.length);
    await vi.waitFor(async () => expect(await check.verify(token)).not.toBeNull(), 5000);
    await database.admin`update auth.signing_keys set retired_at = now() where kid = ${others.kid}`;
    await vi.waitFor(async () => expect(await check.verify(token)).toBeNull(), 5000);
  });

  test('has its signature checked once: of two signatures that hold, the one seen before costs nothing', async () => {
    const token = await forge();
    const verify = vi.spyOn(crypto.subtle, 'verify');
    for (let n = 0; n < 5; n++) expect(await check.verify(token)).not.toBeNull();
    expect(verify).toHaveBeenCalledTimes(1);
    verify.mockRestore();
  });

  test("is judged by the database's clock, whatever this machine's says", async () => {
    const token = await forge({ claims: { exp: now() + 60 } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3600_000 });
    const skewed = newCheck(database.connect('anb_votes'));
    try {
      await skewed.start();
      expect(await skewed.verify(token)).not.toBeNull();
    } finally {
      vi.useRealTimers();
      await skewed.stop();
    }
  });

  test('of a session whose end was committed late, after later ends were read, is refused too', async () => {
    const [slow, fast] = [await players.signUp(), await players.signUp()];
    const tokenOf = ({ authorization }: Player) => authorization.slice('Bearer '.length);
    const end = (sql: ISql, { sessionId }: Player) =>
      sql`update auth.sessions set ended_at = now() where id = ${sessionId}`;
    await database.admin.begin(async (transaction) => {
      await end(transaction, slow);
      await end(database.admin, fast);
      await vi.waitFor(async () => expect(await check.verify(tokenOf(fast))).toBeNull(), 5000);
      expect(await check.verify(tokenOf(slow))).not.toBeNull();
    });
    await vi.waitFor(async () => expect(await check.verify(tokenOf(slow))).toBeNull(), 5000);
  });
});

const newCheck = (sql: Sql) =>
  new SessionCheck({ sql, log: keptLog('service-kit'), issuer: ISSUER, audience: AUDIENCE });

test('a service that starts knows the sessions that ended before', async () => {
  const leaver = await players.signUp();
  await database.admin`update auth.sessions set ended_at = now() where id = ${leaver.sessionId}`;
  const started = newCheck(database.connect('anb_videos'));
  await started.start();
  expect(await started.verify(leaver.authorization.slice('Bearer '.length))).toBeNull();
  await started.stop();
});

describe('while the database is away', () => {
  let cutOff: SessionCheck;
  let proxy: TcpProxy;
  let sql: Sql;
  beforeAll(async () => {
    const url = new URL(database.url('anb_votes'));
    proxy = await TcpProxy.start(Number(url.port));
    url.port = String(proxy.port);
    sql = openDatabase({ url: url.href, max: 2, applicationName: 'test' });
    cutOff = newCheck(sql);
    await cutOff.start();
    proxy.cut();
  });
  afterAll(async () => {
    await cutOff.stop();
    await sql.end({ timeout: 1 });
    await proxy.close();
  });

  test('a token of a known key goes on being checked', async () => {
    expect(await cutOff.verify(await forge())).toMatchObject({ userId: player.id });
  });

  test('a token of an unknown key is not called forged: the key may be new', async () => {
    const others = await createPlayers(database.admin);
    const { authorization } = await others.signUp();
    const verify = () => cutOff.verify(authorization.slice('Bearer '.length));
    await vi.waitFor(() => expect(verify()).rejects.toMatchObject({ status: 503 }), { timeout: 8000 });
  });
});
