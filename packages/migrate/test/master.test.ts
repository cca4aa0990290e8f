import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMigrations } from '../src/migrate.ts';

// The program as the chart's Job runs it, against a server whose administrator is no superuser: Amazon RDS' is none.
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const passwords = {
  AUTH_DB_PASSWORD: 'auth-1',
  VIDEOS_DB_PASSWORD: 'videos-1',
  VOTES_DB_PASSWORD: "votes-'1'\\",
  TRANSCODER_DB_PASSWORD: 'transcoder-1',
};

let folder: string;
let postgres: EmbeddedPostgres;
let port = 0;

const startServer = () => startPostgres({ dataDir: join(folder, 'postgres'), port, password: 'secret' });
const at = (login: string, database = 'contest') => `postgres://${login}@127.0.0.1:${port}/${database}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anb-migrate-'));
  chmodSync(folder, 0o755);
  [port = 0] = await freePorts(1);
  postgres = await startServer();
  await ask(at('postgres:secret', 'postgres'), async (sql) => {
    await sql.unsafe(`create role master login createrole createdb password 'm';
      create role nobody login password 'n'`);
    await sql`create database contest owner master`;
  });
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openDatabase({ url, max: 1, applicationName: 'test' });
  return work(sql).finally(() => sql.end());
}

async function run(env: Record<string, string> = {}, onFirstLine = () => {}) {
  const child = spawn(process.execPath, [program], {
    env: { DATABASE_URL: at('master:m'), DATABASE_WAIT_SECONDS: '0', ...passwords, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', onFirstLine);
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const lines = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { level: string; message: string });
  return { code, out, messages: lines.map(({ message }) => message) };
}

describe('migrate as an administrator who is no superuser', () => {
  const files = readMigrations().map(({ file }) => `applied ${file}`);

  test('makes roles and schemas, each migration once when two run at once, and none the next time', async () => {
    const both = await Promise.all([run(), run()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const applied = both.flatMap(({ messages }) => messages).filter((line) => line.startsWith('applied'));
    expect(applied).toEqual(files);

    expect(await run()).toMatchObject({ code: 0, messages: ['the database is up to date'] });
    const url = at(`anb_votes:${encodeURIComponent(passwords.VOTES_DB_PASSWORD)}`);
    expect(await ask(url, (sql) => sql`select count(*)::int as n from votes.votes`)).toMatchObject([
      { n: 0 },
    ]);
  });

  test('changes the passwords of the logins to those that it is given', async () => {
    expect(await run({ AUTH_DB_PASSWORD: 'auth-2' })).toMatchObject({ code: 0 });
    const one = (sql: Sql) => sql`select 1 as one`;
    expect(await ask(at('anb_auth:auth-2'), one)).toMatchObject([{ one: 1 }]);
    await expect(ask(at('anb_auth:auth-1'), one)).rejects.toMatchObject({ code: '28P01' });
  });

  test('refuses a second installation on the server, which would lock out the first', async () => {
    const asSuperuser = (work: (sql: Sql) => Promise<unknown>) =>
      ask(at('postgres:secret', 'postgres'), work);
    await asSuperuser((sql) => sql`create database staging owner master`);
    expect(
      await run({ DATABASE_URL: at('master:m', 'staging'), VOTES_DB_PASSWORD: 'another' }),
    ).toMatchObject({
      code: 1,
      messages: [
        expect.stringMatching(/serve the database "contest" already, and would get other passwords/),
      ],
    });
    const votes = at(`anb_votes:${encodeURIComponent(passwords.VOTES_DB_PASSWORD)}`);
    expect(await ask(votes, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);

    // A copy beside it, with the same grants, does not keep the first from its own migrations.
    await asSuperuser((sql) => sql`grant connect on database staging to anb_auth`);
    expect(await run()).toMatchObject({ code: 0 });
    await asSuperuser((sql) => sql`drop database staging`);
  });

  test('waits for a server that starts later', async () => {
    await postgres.stop();
    let late: ReturnType<typeof run> | undefined;
    await new Promise<void>((resolve) => {
      late = run({ DATABASE_WAIT_SECONDS: '20' }, resolve);
    });
    postgres = await startServer();
    const { code, messages = [] } = (await late) ?? {};
    expect(code).toBe(0);
    expect(messages.at(0)).toMatch(
      /^Nothing answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\).* Trying again in 0.5 s\.$/,
    );
  });

  test.each([
    ['a wrong password', () => at('master:hunter2'), /refuses the password of "master"\. Correct it in/],
    ['a missing database', () => at('master:m', 'elsewhere'), /has no database "elsewhere"\. Create it/],
    [
      'a role that may make none',
      () => at('nobody:n'),
      /"nobody" may not do that .*alter role "nobody" createrole/,
    ],
    [
      'an unknown host',
      () => 'postgres://master:hunter2@nowhere.invalid/contest',
      /There is no host "nowhere.invalid"/,
    ],
    [
      'a server away',
      () => 'postgres://master:hunter2@127.0.0.1:1/contest',
      /Nothing answers at 127.0.0.1:1/,
    ],
  ])('says what to do about %s, without a stack or a secret', async (_case, url, advice) => {
    const { code, messages, out } = await run({ DATABASE_URL: url() });
    expect(code).toBe(1);
    expect(messages).toEqual([expect.stringMatching(advice)]);
    expect(out).not.toMatch(/\bat .*\.[jt]s|hunter2/);
  });
});
