import { X509Certificate } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { type Authority, createAuthority } from '@anb/testing/certificates';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabaseOptions, databaseAuthorities, openDatabase, type Sql } from '../src/database.ts';

let folder: string;
let postgres: EmbeddedPostgres;
let admin: Sql;
let authority: Authority;
let port = 0;
const open: Sql[] = [];
/** A connection that broke is made anew after half a second. */
const patience = { timeout: 5000, interval: 50 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anb-database-'));
  chmodSync(folder, 0o755);
  [port = 0] = await freePorts(1);
  postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port, password: 'secret' });
  admin = openDatabase({ url: postgres.url, max: 1, applicationName: 'test' });
  authority = createAuthority('Test Authority');
});
afterEach(() => Promise.all(open.splice(0).map((sql) => sql.end({ timeout: 1 }))));
afterAll(async () => {
  await admin.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

function connect(options: Partial<DatabaseOptions> & { url: string }): Sql {
  const sql = openDatabase({ max: 2, applicationName: 'test', ...options });
  open.push(sql);
  return sql;
}
const write = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const one = async (sql: Sql) => (await sql<{ one: number }[]>`select 1 as one`)[0]?.one;

describe('a statement', () => {
  test.each([
    ['text[]', ['a "quoted" \\ one', 'b,c', '{}', '', 'null', 'niño\n🏀']],
    ['uuid[]', ['5f0c1c5e-8f0f-4e0e-9b52-0f3f6f6f2f5a']],
    ['bigint[]', ['9007199254740993', '-1']],
    ['integer[]', [1, null, 3]],
    ['text[]', []],
  ])('may be given a %s: %j', async (type, elements) => {
    const sql = connect({ url: postgres.url });
    const [row] = await sql<{ elements: unknown }[]>`
      select to_jsonb(${elements as string[]}::${sql.unsafe(type)}::text[]) as elements`;
    expect(row).toEqual({ elements: elements.map((element) => element?.toString() ?? null) });
  });

  test('may not be given an array with undefined in it, which spoils no connection', async () => {
    const sql = connect({ url: postgres.url, max: 1 });
    const [spoiled] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const elements = ['a', undefined] as string[];
    for (const _attempt of ['prepared', 'known']) {
      await expect(sql`select ${elements}::text[]`).rejects.toThrow('holds undefined');
    }
    expect(await sql`select pg_backend_pid() as pid`).toEqual([spoiled]);
  });

  test('is the first that is asked of a new connection: a failing one before it would end the process', async () => {
    let sent = '';
    const proxy = await TcpProxy.start(port, () => (way, chunk) => {
      if (way === 'request') sent += chunk.toString('latin1');
      return true;
    });
    onTestFinished(() => proxy.close());
    expect(await one(connect({ url: postgres.url.replace(String(port), String(proxy.port)) }))).toBe(1);
    expect(sent.match(/select/gi)).toHaveLength(1);
  });
});

describe('the password file', () => {
  const url = () => `postgres://player@127.0.0.1:${port}/postgres`;
  const change = async (password: string) => {
    await admin.unsafe(`alter role player password '${password}'`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'player'`;
  };
  beforeAll(() => admin.unsafe('create role player login password $$first$$'));

  test('is read anew for each connection, so that a rotated password needs no restart', async () => {
    await change('first');
    const passwordFile = write('password', 'first\n');
    const sql = connect({ url: url(), passwordFile });
    expect(await one(sql)).toBe(1);

    await change('second');
    await vi.waitFor(() => expect(one(sql)).rejects.toMatchObject({ code: '28P01' }), patience);

    write('password', 'second');
    await vi.waitFor(async () => expect(await one(sql)).toBe(1), patience);
  });

  test('wins over a password in the URL; that one is used without a file', async () => {
    await change('first');
    const withPassword = (password: string) => url().replace('player', `player:${password}`);
    expect(await one(connect({ url: withPassword('wrong'), passwordFile: write('p', 'first') }))).toBe(1);
    expect(await one(connect({ url: withPassword('first') }))).toBe(1);
    await expect(
      one(connect({ url: withPassword('first'), passwordFile: write('p', 'wrong') })),
    ).rejects.toThrow('password authentication failed');
  });

  test('that went away leaves the last password in use', async () => {
    await change('first');
    const sql = connect({ url: url(), passwordFile: write('passing', 'first') });
    rmSync(join(folder, 'passing'));
    expect(await one(sql)).toBe(1);
  });
});

describe('a transaction', () => {
  test('that asks nothing for longer than an answer may take goes on', async () => {
    const sql = connect({ url: postgres.url, max: 1 });
    const [row] = await sql.begin(async (transaction) => {
      await transaction`select ${1}::int`;
      await sleep(8000);
      return transaction<{ two: number }[]>`select 2 as two`;
    });
    expect(row?.two).toBe(2);
  });
});

describe('a transaction whose connection breaks', () => {
  const breakConnections = async () => {
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'breaking'`;
  };
  const start = () => connect({ url: postgres.url, max: 1, applicationName: 'breaking' });

  test('in the middle of a statement is refused, and the pool goes on', async () => {
    const sql = start();
    await one(sql);
    const broken = sql.begin(async (transaction) => {
      await transaction`select 1`;
      setTimeout(breakConnections, 100);
      await transaction`select pg_sleep(5)`;
    });
    await expect(broken).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await vi.waitFor(async () => expect(await one(sql)).toBe(1), patience);
  });

  test('between two statements runs none of the rest, not even on the next connection', async () => {
    const sql = start();
    await sql`create table broken (what text)`;
    const rest = Promise.withResolvers<void>();
    const broken = sql.begin(async (transaction) => {
      await transaction`insert into broken values ('before')`;
      await breakConnections();
      await rest.promise;
      await transaction`insert into broken values ('after')`;
    });
    await expect(broken).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await vi.waitFor(async () => expect(await one(sql)).toBe(1), patience);
    rest.resolve();
    await sleep(100);
    expect(await sql`select * from broken`).toEqual([]);
  });

  test('not, but its work: that is what it is refused with, and nothing stays', async () => {
    const sql = start();
    await sql`create table undone (what text)`;
    const undone = sql.begin(async (transaction) => {
      await transaction`insert into undone values ('before')`;
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await sql`select * from undone`).toEqual([]);
  });
});

describe('a verified server', () => {
  const caFile = () => write('ca.pem', authority.certificate);
  const url = (host: string, query = '?sslmode=verify-full') =>
    `postgres://postgres:secret@${host}:${port}/postgres${query}`;

  /** Gives the server a certificate for a host, by reload. */
  async function serveAs(host: string, by = authority) {
    const { certificate, key } = by.issue(host);
    const { uid, gid } = statSync(join(folder, 'postgres'));
    chownSync(write('server.key', key), uid, gid);
    chmodSync(join(folder, 'server.key'), 0o600);
    await admin.unsafe(`alter system set ssl_cert_file = '${write('server.crt', certificate)}'`);
    await admin.unsafe(`alter system set ssl_key_file = '${join(folder, 'server.key')}'`);
    await admin.unsafe('alter system set ssl = on');
    const [loaded] = await admin<{ at: Date }[]>`select pg_conf_load_time() as at`;
    await admin`select pg_reload_conf()`;
    const isLoaded = async () => {
      const [now] = await admin<{ at: Date }[]>`select pg_conf_load_time() as at`;
      expect(now?.at.getTime()).toBeGreaterThan(loaded?.at.getTime() ?? 0);
    };
    await vi.waitFor(isLoaded, patience);
  }
  const isEncrypted = async (sql: Sql) =>
    (await sql<{ ssl: boolean }[]>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`)[0]?.ssl;

  test('is taken when a given authority vouches for the name or the address', async () => {
    await serveAs('localhost');
    expect(await isEncrypted(connect({ url: url('localhost'), caFile: caFile() }))).toBe(true);
    await serveAs('127.0.0.1');
    expect(await isEncrypted(connect({ url: url('127.0.0.1'), caFile: caFile() }))).toBe(true);
  });

  test.each([
    ['for another name', 'database.example.com', 'localhost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['for localhost, asked by address', 'localhost', '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('is refused with a certificate %s', async (_case, certified, host, code) => {
    await serveAs(certified);
    await expect(one(connect({ url: url(host), caFile: caFile() }))).rejects.toMatchObject({ code });
  });

  test('is refused with a certificate of an authority that nobody named', async () => {
    await serveAs('localhost', createAuthority('Another Authority'));
    const refusal = { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
    await expect(one(connect({ url: url('localhost'), caFile: caFile() }))).rejects.toMatchObject(refusal);
    await expect(one(connect({ url: url('localhost') }))).rejects.toMatchObject(refusal);
    // Naming an authority asks for the check, whatever the URL says.
    const unasked = connect({ url: url('localhost', '?sslmode=require'), caFile: caFile() });
    await expect(one(unasked)).rejects.toMatchObject(refusal);
    expect(await isEncrypted(connect({ url: url('localhost', '?sslmode=require') }))).toBe(true);
  });

  test('that hangs is given up, and asked again when it goes on', async () => {
    await serveAs('localhost');
    const sql = connect({ url: url('localhost'), caFile: caFile() });
    const [{ pid } = { pid: 0 }] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(Promise.all([one(sql), one(sql)])).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(await one(sql)).toBe(1);
  });

  test('that hangs between the answers of two statements is given up too', async () => {
    const sql = connect({ url: postgres.url, max: 1 });
    const [{ pid } = { pid: 0 }] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const second = Promise.all([one(sql).then(() => process.kill(pid, 'SIGSTOP')), sql`select pg_sleep(1)`]);
    try {
      await expect(second).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('is refused when it speaks no TLS', async () => {
    await serveAs('localhost');
    await admin.unsafe('alter system set ssl = off');
    await admin`select pg_reload_conf()`;
    await vi.waitFor(async () => expect(await admin`show ssl`).toMatchObject([{ ssl: 'off' }]), patience);
    await expect(one(connect({ url: url('localhost'), caFile: caFile() }))).rejects.toThrow();
  });

  test('may be Amazon RDS without a file', () => {
    const subjects = databaseAuthorities().map((pem) => new X509Certificate(pem).subject);
    for (const region of ['us-east-1', 'eu-west-1', 'sa-east-1']) {
      expect(subjects.join('\n')).toContain(`CN=Amazon RDS ${region} Root CA RSA2048 G1`);
    }
  });
});
