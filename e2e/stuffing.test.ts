import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { AUDIENCE, createPlayers, createVideo, ISSUER } from '@anb/testing/players';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Api, PASSWORD } from './api.ts';
import { killServices, startService } from './service.ts';

const AT_ONCE = 40;
/** Judged beside another: a replica judges two of an address at a time, and replicas do not know of each other. */
const BESIDE = { account: 1, address: 3 };
const SCHOOL = '203.0.113.7';

const folder = mkdtempSync(join(tmpdir(), 'anb-stuffing-'));
let database: TestDatabase;
let players: Awaited<ReturnType<typeof createPlayers>>;
let replicas: [Api, Api];
let votes: Api;

beforeAll(async () => {
  database = await createTestDatabase();
  players = await createPlayers(database.admin);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const start = async (name: 'auth' | 'votes') => {
    const service = await startService(name, {
      DATABASE_URL: database.url(`anb_${name}`),
      SIGNING_KEYS_DIR: folder,
      ...{ TOKEN_ISSUER: ISSUER, TOKEN_AUDIENCE: AUDIENCE, TRUSTED_PROXY_HOPS: '1' },
      LOG_LEVEL: 'warn',
    });
    await service.untilReady();
    return new Api(service.url);
  };
  const [one, other] = await Promise.all([start('auth'), start('auth')]);
  replicas = [one, other];
  votes = await start('votes');
});
afterAll(async () => {
  killServices();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** All of them, so many at once; in their order. */
async function each<T>(count: number, send: (n: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) answers[n] = await send(n);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

const post = (n: number, path: string, address: string, body: object) =>
  (replicas[n % 2] as Api).send('POST', path, { body, headers: { 'x-forwarded-for': address } });
const login = (n: number, address: string, email: string, password: string) =>
  post(n, '/api/auth/login', address, { email, password });
const signUp = (n: number, address: string, email: string) =>
  post(n, '/api/auth/signup', address, {
    ...{ first_name: 'Ana', last_name: 'Ríos', city: 'Bogotá', country: 'Colombia' },
    ...{ email, password1: PASSWORD, password2: PASSWORD },
  });

const statusesOf = (answers: Answer[]) => [...new Set(answers.map(({ status }) => status))].sort();
/** Of delays that double from a second on, how many are over after so many seconds. */
const doublings = (seconds: number) => Math.floor(Math.log2(seconds + 1)) + 1;

/** @returns how many passwords were judged; the rest was put off, with the time to wait */
async function stuff(count: number, guess: (n: number) => Promise<Answer>) {
  const start = performance.now();
  const answers = await each(count, guess);
  expect(statusesOf(answers)).toEqual([401, 429]);
  for (const { status, headers } of answers) {
    if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const judged = answers.filter(({ status }) => status === 401).length;
  return { judged, seconds: (performance.now() - start) / 1000 };
}

describe('stuffing, across two replicas', () => {
  test('one account from a thousand addresses: a few are judged; its owner comes in from home meanwhile, from elsewhere after the delay', async () => {
    const email = `${randomUUID()}@example.com`;
    const [home, elsewhere] = ['198.51.100.1', '198.51.100.2'];
    await signUp(0, home, email);
    expect((await login(0, home, email, PASSWORD)).status).toBe(200);

    let goesOn = true;
    const attack = stuff(1000, (n) =>
      login(n, `10.0.${n >> 8}.${n & 255}`, email, `wrong-password-${n}`),
    ).finally(() => {
      goesOn = false;
    });
    let signIns = 0;
    for (; goesOn; signIns++) {
      expect((await login(signIns, home, email, PASSWORD)).status).toBe(200);
      await sleep(100);
    }
    const { judged, seconds } = await attack;
    expect(signIns).toBeGreaterThan(0);
    expect(judged).toBeGreaterThanOrEqual(5);
    expect(judged).toBeLessThanOrEqual(5 + doublings(seconds) + BESIDE.account);

    expect((await login(1, home, email, PASSWORD)).status).toBe(200);
    // Until one more is judged: then the delay has just begun.
    while ((await login(0, '10.1.1.1', email, 'wrong-password')).status === 429) await sleep(100);
    const early = await login(0, elsewhere, email, PASSWORD);
    expect(early.status).toBe(429);
    await sleep(Number(early.headers.get('retry-after')) * 1000);
    expect((await login(1, elsewhere, email, PASSWORD)).status).toBe(200);
  }, 120_000);

  test('a thousand accounts from one address, whatever it says it is: two hundred are judged', async () => {
    const { judged, seconds } = await stuff(1000, (n) =>
      login(n, `10.1.${n >> 8}.${n & 255}, 192.0.2.66`, `victim-${n}@example.com`, 'Summer-2026'),
    );
    expect(judged).toBeGreaterThanOrEqual(200);
    expect(judged).toBeLessThanOrEqual(200 + seconds / 15 + doublings(seconds) + BESIDE.address);
  }, 120_000);
});

describe('a school behind one address', () => {
  test('signs up and in: 150 people', async () => {
    const answers = await each(150, async (n) => {
      const email = `${randomUUID()}@example.com`;
      return [await signUp(n, SCHOOL, email), await login(n + 1, SCHOOL, email, PASSWORD)];
    });
    expect(statusesOf(answers.flat())).toEqual([200, 201]);
  }, 120_000);

  test('votes: 200 people, and one of them a hundred times', async () => {
    const video = await createVideo(database.admin, (await players.signUp()).id);
    const vote = async (authorization: string) =>
      votes.send('POST', `/api/public/videos/${video}/vote`, {
        headers: { authorization, 'x-forwarded-for': SCHOOL },
      });
    const people = await each(200, () => players.signUp());
    const answers = await each(200, (n) => vote(people[n]?.authorization ?? ''));
    expect(statusesOf(answers)).toEqual([200]);
    const again = await Promise.all(Array.from({ length: 100 }, () => vote(people[0]?.authorization ?? '')));
    expect(statusesOf(again)).toEqual([400]);
  }, 60_000);
});
