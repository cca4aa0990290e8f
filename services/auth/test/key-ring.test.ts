import { generateKeyPairSync } from 'node:crypto';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { InvalidEnvironment } from '@anb/service-kit/env';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { MountedSecret } from '@anb/testing/mounted-secret';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { untilWaiting } from '@anb/testing/waiting';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { KeyRing } from '../src/key-ring.ts';
import { makeSigningKey, readSigningKey } from '../src/signing-key.ts';
import { retireKey, retireSuperseded } from '../src/store/keys.ts';

let database: TestDatabase;
let sql: Sql;
const log = keptLog('auth');
const rings: KeyRing[] = [];
const secrets: MountedSecret[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('anb_auth');
});
afterEach(async () => {
  await Promise.all(rings.splice(0).map((ring) => ring.stop()));
  for (const secret of secrets.splice(0)) secret.remove();
  await database.admin`truncate auth.signing_keys`;
});
afterAll(() => database.drop());

const session = { userId: 7, sessionId: 'a-session', role: 'player' };
const kidOf = async (pem: string) => (await readSigningKey(pem)).kid;
const signingKid = async (ring: KeyRing) => decodeProtectedHeader(await ring.sign(session)).kid;
const publishedKids = (ring: KeyRing) => ring.publicKeys().map(({ kid }) => kid);
/** Two looks into the folder, and more on a busy machine. */
const soon = { timeout: 8000, interval: 20 };

function mount(files: Record<string, string>): MountedSecret {
  const secret = new MountedSecret(files);
  secrets.push(secret);
  return secret;
}
async function startRing(secret: MountedSecret, { waitSeconds = 300, using = sql } = {}): Promise<KeyRing> {
  const token = { issuer: 'test-issuer', audience: 'test-audience' };
  const ring = new KeyRing({ ...token, sql: using, log, folder: secret.path, waitSeconds });
  await ring.start();
  rings.push(ring);
  return ring;
}

describe('the keys of a replica', () => {
  test('the first signs at once; a new one is published first, and signs when all have had the time to read it', async () => {
    const [older, newer] = [makeSigningKey(), makeSigningKey()];
    const secret = mount({ 'a.pem': older });
    const info = vi.spyOn(log, 'info');
    const told = () => info.mock.calls.filter(([, text]) => text?.startsWith('signing with'));
    const ring = await startRing(secret, { waitSeconds: 2 });
    expect(await signingKid(ring)).toBe(await kidOf(older));
    expect(told()).toEqual([[{ kid: await kidOf(older) }, 'signing with key']]);

    secret.write({ 'b.pem': newer });
    await vi.waitFor(() => expect(publishedKids(ring)).toHaveLength(2), soon);
    expect(await signingKid(ring)).toBe(await kidOf(older));
    await vi.waitFor(async () => expect(await signingKid(ring)).toBe(await kidOf(newer)), soon);
    expect(told().at(-1)).toEqual([{ kid: await kidOf(newer) }, 'signing with another key']);
    const [row] = await database.admin`
      select clock_timestamp() - created_at >= interval '2 seconds' as has_waited
      from auth.signing_keys where kid = ${await kidOf(newer)}`;
    expect(row).toEqual({ has_waited: true });
    expect(publishedKids(ring)).toHaveLength(2);
  });

  test('a replica that lacks the newer file goes on with the older', async () => {
    const [older, newer] = [makeSigningKey(), makeSigningKey()];
    const lagging = await startRing(mount({ 'a.pem': older }), { waitSeconds: 0 });
    const ahead = await startRing(mount({ 'a.pem': older, 'b.pem': newer }), { waitSeconds: 0 });
    await vi.waitFor(() => expect(publishedKids(lagging)).toHaveLength(2), soon);
    expect(await signingKid(ahead)).toBe(await kidOf(newer));
    expect(await signingKid(lagging)).toBe(await kidOf(older));
  });

  test('in use are noted anew each minute, so that nobody retires them', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const ring = await startRing(mount({ 'a.pem': makeSigningKey() }));
      await database.admin`update auth.signing_keys set used_at = now() - interval '1 hour'`;
      vi.advanceTimersByTime(61_000);
      const isNoted = async () =>
        (await database.admin`select from auth.signing_keys where used_at > now() - interval '1 minute'`)
          .length;
      await vi.waitFor(async () => expect(await isNoted()).toBe(1), soon);
      await database.admin`update auth.signing_keys set used_at = now() - interval '1 hour', retired_at = now()`;
      await vi.waitFor(() => expect(() => ring.requireKey()).toThrow(), soon);
    } finally {
      vi.useRealTimers();
    }
  });

  test('one that is retired signs no more and is not published, though its file is there', async () => {
    const [older, newer] = [makeSigningKey(), makeSigningKey()];
    const ring = await startRing(mount({ 'a.pem': older, 'b.pem': newer }), { waitSeconds: 0 });
    const [retired = '', other] =
      (await signingKid(ring)) === (await kidOf(newer))
        ? [await kidOf(newer), await kidOf(older)]
        : [await kidOf(older), await kidOf(newer)];
    expect(await retireKey(sql, retired, [retired, other])).toBe('retired');
    await vi.waitFor(async () => expect(await signingKid(ring)).toBe(other), soon);
    expect(publishedKids(ring)).toEqual([other]);
  });

  test('one that is retired between the look and the note signs nothing', async () => {
    const secret = mount({ 'a.pem': makeSigningKey() });
    await startRing(secret);
    let starting: Promise<KeyRing> | undefined;
    await database.admin.begin(async (transaction) => {
      await transaction`select from auth.signing_keys for update`;
      starting = startRing(secret);
      await untilWaiting(database.admin, 1);
      await transaction`update auth.signing_keys set retired_at = now()`;
    });
    const ring = await starting;
    expect(() => ring?.requireKey()).toThrow(expect.objectContaining({ status: 503 }));
  });

  test('without one that is not retired nobody can sign in, until there is', async () => {
    const [leaked, fresh] = [makeSigningKey(), makeSigningKey()];
    const secret = mount({ 'a.pem': leaked });
    await startRing(secret);
    await database.admin`update auth.signing_keys set retired_at = now()`;
    const ring = await startRing(secret);
    await expect(ring.sign(session)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
    secret.write({ 'b.pem': fresh });
    await vi.waitFor(async () => expect(await signingKid(ring)).toBe(await kidOf(fresh)), soon);
  });

  test('sign on while the database is away, and when somebody has emptied the Secret', async () => {
    const url = new URL(database.url('anb_auth'));
    const proxy = await TcpProxy.start(Number(url.port));
    url.port = String(proxy.port);
    const using = openDatabase({ url: url.href, max: 2, applicationName: 'test' });
    const warn = vi.spyOn(log, 'warn');
    const warnings = () => warn.mock.calls.map(([message]) => String(message));
    const secret = mount({ 'a.pem': makeSigningKey() });
    const ring = await startRing(secret, { using });
    const kid = await signingKid(ring);

    secret.write({ 'a.pem': undefined });
    await vi.waitFor(
      () => expect(warnings()).toContainEqual(expect.stringMatching(/^no signing key is left/)),
      soon,
    );
    proxy.cut();
    await vi.waitFor(
      () => expect(warnings()).toContainEqual(expect.stringMatching(/^signing keys not read/)),
      soon,
    );
    expect(await signingKid(ring)).toBe(kid);
    expect(publishedKids(ring)).toEqual([kid]);
    await ring.stop();
    await using.end({ timeout: 1 });
    await proxy.close();
  });

  test('date their tokens by the database’s clock', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      const ring = await startRing(mount({ 'a.pem': makeSigningKey() }));
      const { iat = 0, exp } = decodeJwt(await ring.sign(session));
      const [row] = await database.admin`select extract(epoch from clock_timestamp())::float8 as now`;
      expect(Math.abs(iat - Number(row?.now))).toBeLessThan(5);
      expect(exp).toBe(iat + 3600);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the folder', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const notAKey = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();

  test('without a key the service refuses to start, says what is there and how to make one', async () => {
    const refused = startRing(mount({}));
    await expect(refused).rejects.toBeInstanceOf(InvalidEnvironment);
    await expect(refused).rejects.toThrow(
      /SIGNING_KEYS_DIR: there is no signing key in .* It is empty\. To make one: .*keys\.ts new FILE$/,
    );
    await expect(startRing(mount({ 'tls.key': notAKey }))).rejects.toThrow(
      /tls\.key: A signing key must be an EC key of curve P-256, but it is a private key of type rsa\. To make one/,
    );
  });

  test('holds something else: it is passed over and told once', async () => {
    const warn = vi.spyOn(log, 'warn');
    const good = makeSigningKey();
    const ring = await startRing(mount({ 'a.pem': notAKey, 'b.pem': good, 'again.pem': good }));
    expect(publishedKids(ring)).toEqual([await kidOf(good)]);
    await database.admin`update auth.signing_keys set public_jwk = public_jwk || '{"read": "again"}'`;
    await vi.waitFor(() => expect(ring.publicKeys()[0]).toHaveProperty('read'), soon);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^a\.pem is passed over: A signing key must be/)],
    ]);
  });
});

describe('of published keys', () => {
  const insert = (
    kid: string,
    { age, used, retired = false }: { age: number; used?: number; retired?: boolean },
  ) =>
    database.admin`
      insert into auth.signing_keys (kid, public_jwk, created_at, used_at, retired_at)
      values (${kid}, '{}', now() - make_interval(mins => ${age}),
        now() - make_interval(mins => ${used ?? null}::int), ${retired ? new Date() : null})`;

  test('those are retired that a newer one has superseded, when nothing lives that they have signed', async () => {
    await insert('long ago', { age: 500, used: 66 });
    await insert('never used', { age: 400 });
    await insert('used within the hour', { age: 300, used: 64 });
    await insert('signs', { age: 200, used: 1 });
    await insert('newer, waits', { age: 100 });
    expect((await retireSuperseded(sql, 65 * 60)).sort()).toEqual(['long ago', 'never used']);
  });

  test.each([
    ['no newer one has signed', {}],
    ['the newer one has not signed lately, as after an outage', { used: 66 }],
    ['the newer one is retired', { used: 1, retired: true }],
  ])('none is, when %s', async (_case, newer) => {
    await insert('old', { age: 500, used: 66 });
    await insert('newer', { age: 400, ...newer });
    expect(await retireSuperseded(sql, 65 * 60)).toEqual([]);
  });

  test('of the last two one stays, when both are retired at once', async () => {
    for (const kid of ['a', 'b']) await insert(kid, { age: 5 });
    const outcomes: Promise<string>[] = [];
    await database.admin.begin(async (transaction) => {
      await transaction`select from auth.signing_keys for update`;
      for (const kid of ['a', 'b']) outcomes.push(retireKey(sql, kid, ['a', 'b']));
      await untilWaiting(database.admin, 2);
    });
    expect((await Promise.all(outcomes)).sort()).toEqual(['no_other_key', 'retired']);
  });

  test('one is retired by hand only when another that is held goes on', async () => {
    await insert('leaked', { age: 5, used: 1 });
    await insert('without its file', { age: 500, used: 64 });
    expect(await retireKey(sql, 'leaked', ['leaked'])).toBe('no_other_key');
    expect(await retireKey(sql, 'unheard of', ['leaked'])).toBe('no_such_key');
    expect(await retireKey(sql, 'leaked', ['leaked', 'without its file'])).toBe('retired');
    expect(await retireKey(sql, 'leaked', ['leaked', 'without its file'])).toBe('already_retired');
  });
});
