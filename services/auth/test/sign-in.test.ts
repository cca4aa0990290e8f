import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { unavailable } from '@anb/service-kit/errors';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPasswords, type Passwords } from '../src/passwords.ts';
import { createSignIn } from '../src/sign-in.ts';
import { endSessions } from '../src/store/sessions.ts';
import { knowAddress } from '../src/store/sign-in.ts';

const PASSWORD = 'un-pase-largo-7';
const HOME = '198.51.100.1';

type SignIn = ReturnType<typeof createSignIn>;

let database: TestDatabase;
let passwords: Passwords;
let replicas: [SignIn, SignIn];

beforeAll(async () => {
  database = await createTestDatabase();
  passwords = await createPasswords(2);
  replicas = [replica(), replica()];
});
afterAll(() => database.drop());

const log = keptLog('sign-in');
const replica = (own = passwords) => createSignIn({ sql: database.connect('anb_auth'), passwords: own, log });

async function createAccount(password_hash?: string) {
  const email = `${randomUUID()}@example.com`;
  const [row] = await database.admin<{ id: number }[]>`
    insert into auth.users (first_name, last_name, name_key, city, city_key, country, email, password_hash)
    values ('Ana', 'Ríos', '', 'Cali', 'cali', 'Colombia', ${email},
      ${password_hash ?? (await passwords.hash(PASSWORD, 'setup'))})
    returning id`;
  return { email, id: row?.id ?? 0 };
}

let addresses = 0;
/** One that nobody has used; of the range for documentation. */
const newAddress = () => `2001:db8:0:${(++addresses).toString(16)}::/64`;
const attempt = (email: string, address = newAddress(), password = 'wrong-password', signIn = replicas[0]) =>
  signIn({
    ...{ email, password, address, place: address },
    session: { id: randomUUID(), refreshHash: randomBytes(32) },
  });
const signInFrom = (email: string, address = newAddress()) => attempt(email, address, PASSWORD);

const throttled = (seconds: number, limitedBy = 'sign_in_account') => ({
  result: 'throttled',
  limitedBy,
  waitSeconds: expect.toSatisfy((wait: number) => wait <= seconds && wait > seconds - 0.9),
});
const passes = (seconds: number) =>
  database.admin`update auth.throttles set at = at - make_interval(secs => ${seconds})`;
const hashOf = async (id: number): Promise<string> => {
  const [row] = await database.admin`select password_hash from auth.users where id = ${id}`;
  return row?.password_hash;
};

describe('of an account', () => {
  test.each(['that is there', 'that nobody has'])(
    'five wrong passwords are judged, then one after 1 s, 2 s, 4 s … 300 s, for one %s',
    async (which) => {
      const { email } = which === 'that is there' ? await createAccount() : { email: 'nobody@example.com' };
      for (let n = 0; n < 5; n++) expect(await attempt(email)).toEqual({ result: 'wrong' });
      for (const delay of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
        expect(await attempt(email.toUpperCase())).toEqual(throttled(delay));
        await passes(delay);
        expect(await attempt(email)).toEqual({ result: 'wrong' });
      }
    },
  );

  test.each([1, 2])('fifty guesses at once from fifty addresses are five, at %d replicas', async (count) => {
    const { email } = await createAccount();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        attempt(email, newAddress(), 'wrong-password', replicas[n % count]),
      ),
    );
    const judged = outcomes.filter(({ result }) => result === 'wrong').length;
    // Replicas can not know of what the others judge just now.
    expect([5, 4 + count]).toContain(judged);
  });

  test('six right passwords at once are six sign-ins, also after a slip', async () => {
    const { email } = await createAccount();
    for (let n = 0; n < 4; n++) await attempt(email);
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, n) => attempt(email, HOME, PASSWORD, replicas[n % 2])),
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ result: 'success' });
  });

  test('the right password is not even judged during the delay, and is after it', async () => {
    const { email } = await createAccount();
    for (let n = 0; n < 5; n++) await attempt(email);
    expect(await signInFrom(email)).toEqual(throttled(1));
    await passes(1);
    expect(await signInFrom(email)).toMatchObject({ result: 'success', account: { role: 'player' } });
  });

  test('failures are forgotten with the right password, and one by one as hours pass', async () => {
    const { email } = await createAccount();
    for (const address of [newAddress(), newAddress(), HOME, HOME, HOME]) {
      for (let n = 0; n < 4; n++) expect(await attempt(email, address)).toEqual({ result: 'wrong' });
      expect(await signInFrom(email, address)).toMatchObject({ result: 'success' });
    }
    for (let n = 0; n < 5; n++) await attempt(email);
    await passes(1 + 360);
    expect(await attempt(email)).toEqual({ result: 'wrong' });
    expect(await attempt(email)).toEqual(throttled(1));
  });

  test('what others fail does not hold up its owner where they signed in before', async () => {
    const { email } = await createAccount();
    await signInFrom(email, HOME);
    for (let n = 0; n < 5; n++) await attempt(email);
    expect(await attempt(email)).toEqual(throttled(1));
    for (let n = 0; n < 2; n++) expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
    expect(await attempt(email)).toEqual(throttled(1));
    for (let n = 0; n < 5; n++) expect(await attempt(email, HOME)).toEqual({ result: 'wrong' });
    expect(await attempt(email, HOME)).toEqual(throttled(1));
  });

  test.each([
    ['from where nobody knows the account', () => {}],
    ['from an address that the owner and who guesses share', (email: string) => signInFrom(email, HOME)],
  ])('a reset of the password opens a way as well, %s', async (_where, before) => {
    const { email, id } = await createAccount();
    await before(email);
    for (let n = 0; n < 5; n++) await attempt(email, HOME);
    expect(await signInFrom(email, HOME)).toEqual(throttled(1));
    await knowAddress(database.connect('anb_auth'), id, HOME);
    expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
  });

  test('the twenty latest addresses are known, for ninety days', async () => {
    const { email, id } = await createAccount();
    await signInFrom(email, HOME);
    await database.admin`update auth.known_addresses set seen_at = now() - interval '91 days' where user_id = ${id}`;
    for (let n = 0; n < 5; n++) await attempt(email);
    expect(await signInFrom(email, HOME)).toEqual(throttled(1));
    for (let n = 0; n < 2; n++) {
      await passes(1);
      expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
      await database.admin`update auth.known_addresses set seen_at = seen_at - interval '80 days' where user_id = ${id}`;
    }
    const [seen] = await database.admin`
      select max(seen_at) > now() - interval '81 days' as lately from auth.known_addresses where user_id = ${id}`;
    expect(seen).toEqual({ lately: true });
    for (let n = 0; n < 25; n++) await knowAddress(database.connect('anb_auth'), id, newAddress());
    const known = await database.admin`select seen_at from auth.known_addresses where user_id = ${id}`;
    expect(known).toHaveLength(20);
    expect(known.every(({ seen_at }) => Date.now() - seen_at.getTime() < 60_000)).toBe(true);
  });
});

describe('of an address', () => {
  const failed = (address: string, level: number) =>
    database.admin`
      insert into auth.throttles (key, level, at)
      values (${`sign_in_address:${address}`}, ${level}, clock_timestamp())`;

  test('two hundred wrong passwords for as many accounts are judged, then one after 1 s, 2 s …', async () => {
    const address = newAddress();
    await failed(address, 199);
    const guess = () => attempt(`${randomUUID()}@example.com`, address);
    expect(await guess()).toEqual({ result: 'wrong' });
    expect(await guess()).toEqual(throttled(1, 'sign_in_address'));
    await passes(1);
    expect(await guess()).toEqual({ result: 'wrong' });
    expect(await guess()).toEqual(throttled(2, 'sign_in_address'));
    await passes(2 + 45);
    for (let n = 0; n < 2; n++) expect(await guess()).toEqual({ result: 'wrong' });
    expect(await guess()).toEqual(throttled(1, 'sign_in_address'));
  });

  test('fifty guesses at once take turns: of the five that are left one more is judged', async () => {
    const address = newAddress();
    await failed(address, 195);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => attempt(`${randomUUID()}@example.com`, address)),
    );
    const judged = outcomes.filter(({ result }) => result === 'wrong').length;
    expect([5, 6]).toContain(judged);
  });

  test('right passwords do not count, and do not make up for wrong ones', async () => {
    const address = newAddress();
    await failed(address, 198);
    const people = await Promise.all(Array.from({ length: 6 }, () => createAccount()));
    for (const { email } of people)
      expect(await signInFrom(email, address)).toMatchObject({ result: 'success' });
    const guess = () => attempt(`${randomUUID()}@example.com`, address);
    for (let n = 0; n < 2; n++) expect(await guess()).toEqual({ result: 'wrong' });
    expect(await guess()).toEqual(throttled(1, 'sign_in_address'));
  });

  test('an account that must wait costs its address nothing', async () => {
    const address = newAddress();
    const { email } = await createAccount();
    for (let n = 0; n < 5; n++) await attempt(email);
    await failed(address, 198);
    for (let n = 0; n < 10; n++) expect(await attempt(email, address)).toEqual(throttled(1));
    expect(await attempt(`${randomUUID()}@example.com`, address)).toEqual({ result: 'wrong' });
  });
});

test('what two replicas have judged at once is waited for one after the other', async () => {
  const { email } = await createAccount();
  for (let n = 0; n < 5; n++) await attempt(email);
  await passes(1);
  let judging = 0;
  const bothJudge = Promise.withResolvers<void>();
  const together = () =>
    replica({
      ...passwords,
      matches: async () => {
        if (++judging === 2) bothJudge.resolve();
        await bothJudge.promise;
        return false;
      },
    });
  const outcomes = await Promise.all(
    [together(), together()].map((signIn) => attempt(email, newAddress(), 'wrong-password', signIn)),
  );
  expect(outcomes).toEqual([{ result: 'wrong' }, { result: 'wrong' }]);
  expect(await attempt(email)).toEqual(throttled(2 + 4));
});

test('an attempt that could not be judged does not count', async () => {
  const { email } = await createAccount();
  const full = replica({ ...passwords, matches: () => Promise.reject(unavailable()) });
  for (let n = 0; n < 20; n++) {
    await expect(attempt(email, HOME, PASSWORD, full)).rejects.toMatchObject({ status: 503 });
  }
  expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
});

test('a password that is changed while it is judged begins no session', async () => {
  const { email, id } = await createAccount();
  const changed = await passwords.hash('otro-pase-largo-8', HOME);
  const slow: Passwords = {
    ...passwords,
    matches: async (...asked) => {
      const matches = await passwords.matches(...asked);
      await database.admin`update auth.users set password_hash = ${changed} where id = ${id}`;
      return matches;
    },
  };
  expect(await attempt(email, HOME, PASSWORD, replica(slow))).toEqual({ result: 'wrong' });
  expect(await database.admin`select from auth.sessions where user_id = ${id}`).toEqual([]);
  expect(await attempt(email, HOME, 'otro-pase-largo-8')).toMatchObject({ result: 'success' });
  expect(await database.admin`select from auth.sessions where user_id = ${id}`).toHaveLength(1);
});

test('a session has the role of when it begins, not of when its password was read', async () => {
  const { email, id } = await createAccount();
  const demoted: Passwords = {
    ...passwords,
    matches: async (...asked) => {
      await database.admin`update auth.users set role = 'player' where id = ${id}`;
      return passwords.matches(...asked);
    },
  };
  await database.admin`update auth.users set role = 'organiser' where id = ${id}`;
  expect(await attempt(email, HOME, PASSWORD, replica(demoted))).toEqual({
    result: 'success',
    account: { id, role: 'player' },
  });
});

test('an account has two hundred sessions an hour, or a thief could begin more than can be ended', async () => {
  const { email, id } = await createAccount();
  await database.admin`
    insert into auth.sessions (user_id, expires_at, created_at)
    select ${id}, now() + interval '1 day', now() - interval '59 minutes' from generate_series(1, 199)`;
  expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
  expect(await signInFrom(email, HOME)).toEqual(throttled(60));
  await database.admin`update auth.sessions set created_at = created_at - interval '2 minutes' where user_id = ${id}`;
  expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
});

test('sessions that a new password has ended keep its owner out no longer', async () => {
  const { email, id } = await createAccount();
  await database.admin`
    insert into auth.sessions (user_id, expires_at) select ${id}, now() + interval '1 day' from generate_series(1, 200)`;
  expect(await signInFrom(email, HOME)).toEqual(throttled(60));
  await endSessions(database.admin, id, 'logout');
  expect(await signInFrom(email, HOME)).toEqual(throttled(60));
  await database.admin`update auth.sessions set ended_at = null, end_reason = null where user_id = ${id}`;
  await endSessions(database.admin, id, 'password');
  expect(await signInFrom(email, HOME)).toMatchObject({ result: 'success' });
});

test('what is stored to count by names no e-mail, and no address beside an account', async () => {
  const email = `${randomUUID()}@example.com`;
  await attempt(email, HOME);
  const { email: known } = await createAccount();
  await signInFrom(known, HOME);
  await attempt(known, HOME);
  const keys = await database.admin<{ key: string }[]>`select key from auth.throttles`;
  expect(keys.map(({ key }) => key)).toContain(
    `sign_in_account:${createHash('sha256').update(email).digest('hex')}`,
  );
  expect(JSON.stringify(keys)).not.toContain('@');
  for (const { key } of keys.filter(({ key }) => key.startsWith('sign_in_account')))
    expect(key).toMatch(/^sign_in_account:[0-9a-f]{64}$/);
});

describe('a password hash', () => {
  const old = { memoryCost: 8192, timeCost: 1, parallelism: 1 };
  test.each([
    ['bcrypt $2a$', async () => (await bcrypt(PASSWORD, { cost: 4 })).replace('$2b$', '$2a$')],
    ['bcrypt $2b$', () => bcrypt(PASSWORD, { cost: 4 })],
    ['bcrypt $2y$', () => bcrypt(PASSWORD, { cost: 4, version: '2y' })],
    ['weaker argon2id', () => argon2(PASSWORD, old)],
  ])('of %s is made anew at the first sign-in, and not by a wrong password', async (_what, make) => {
    const outdated = await make();
    const { email, id } = await createAccount(outdated);
    expect(await attempt(email)).toEqual({ result: 'wrong' });
    expect(await hashOf(id)).toBe(outdated);
    expect(await signInFrom(email)).toMatchObject({ result: 'success' });
    const renewed = await hashOf(id);
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await signInFrom(email)).toMatchObject({ result: 'success' });
    expect(await hashOf(id)).toBe(renewed);
  });

  test('that is as strong as today’s, or stronger, stays', async () => {
    const stronger = await argon2(PASSWORD, { memoryCost: 20_000, timeCost: 3, parallelism: 1 });
    const { email, id } = await createAccount(stronger);
    expect(await signInFrom(email)).toMatchObject({ result: 'success' });
    expect(await hashOf(id)).toBe(stronger);
  });

  test.each(['none', '', '$2b$10$short', `$2b$31$${'a'.repeat(53)}`, '$argon2id$v=19$m=19456,t=2,p=1$x'])(
    'that can not be compared with, %j, refuses everybody',
    async (unusable) => {
      const { email } = await createAccount(unusable);
      expect(await signInFrom(email)).toEqual({ result: 'wrong' });
    },
  );

  test('takes as long where there is none to compare with', async () => {
    const known = await passwords.hash(PASSWORD, HOME);
    /** The quickest of some: what else the machine does is in none of it. */
    const time = async (hash: string | undefined) => {
      const times: number[] = [];
      for (let n = 0; n < 10; n++) {
        const start = performance.now();
        expect(await passwords.matches('wrong-password', hash, HOME)).toBe(false);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const [compared, nothing, unusable] = [await time(known), await time(undefined), await time('none')];
    // Without the hash for nobody the ratio is below 0.1.
    for (const each of [nothing, unusable]) expect(each / compared).toBeGreaterThan(0.4);
  });
});
