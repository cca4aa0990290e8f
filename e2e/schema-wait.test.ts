import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { migrate } from '@anb/migrate';
import { openDatabase } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { passwords } from '@anb/testing/logins';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const keyFile = join(tmpdir(), `anb-key-${process.pid}.pem`);
const started: ChildProcess[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await database.drop();
  rmSync(keyFile, { force: true });
});

type Name = 'auth' | 'videos' | 'votes' | 'transcoder';

/** A service as its container runs it, with the database that it is given. */
async function start(name: Name, databaseUrl = database.url(`anb_${name}`)) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const child = spawn(process.execPath, [`services/${name}/src/main.ts`], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      OPS_PORT: String(opsPort),
      DATABASE_URL: databaseUrl,
      SIGNING_KEY_FILE: keyFile,
      PUBLIC_URL: 'http://127.0.0.1',
      S3_BUCKET: 'none',
      S3_ENDPOINT: inject('s3Endpoint'),
      SQS_QUEUE_URL: 'http://127.0.0.1/none',
      SQS_ENDPOINT: inject('sqsEndpoint'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${opsPort}${path}`)).status;
  return {
    saysWhy: (why: RegExp) => vi.waitFor(() => expect(log).toMatch(why), { timeout: 10_000 }),
    isWaiting: async () => expect([await status('/livez'), await status('/readyz')]).toEqual([200, 503]),
    isReady: () => vi.waitFor(async () => expect(await status('/readyz')).toBe(200), { timeout: 10_000 }),
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      return exit;
    },
  };
}

const newest: [Name, string][] = [
  ['auth', 'auth/0001_accounts.sql'],
  ['videos', 'videos/0003_last_attempt.sql'],
  ['votes', 'votes/0001_votes.sql'],
  ['transcoder', 'videos/0003_last_attempt.sql'],
];

describe('on a database without its migrations', () => {
  test('each service says which one it waits for, is alive and not ready, and goes on once they are applied', async () => {
    await database.admin`drop schema migrate, auth, videos, votes cascade`;
    const services = await Promise.all(newest.map(([name]) => start(name)));
    for (const [index, [, migration]] of newest.entries()) {
      await services[index]?.saysWhy(
        new RegExp(`"migration":"${migration}","reason":"the database was never migrated`),
      );
      await services[index]?.isWaiting();
    }
    const sql = openDatabase({ url: database.adminUrl, max: 1, applicationName: 'migrate' });
    await migrate({ sql, passwords, report: () => {} }).finally(() => sql.end());
    for (const service of services) await service.isReady();
    for (const service of services) expect(await service.stop()).toEqual([0, null]);
  });

  test('a service whose newest one alone is missing waits too, and ends cleanly at SIGTERM', async () => {
    await database.admin`delete from migrate.applied where file = 'videos/0003_last_attempt.sql'`;
    for (const name of ['videos', 'transcoder'] as const) {
      const service = await start(name);
      await service.saysWhy(/"migration":"videos\/0003_last_attempt.sql","reason":"not applied yet/);
      await service.isWaiting();
      expect(await service.stop()).toEqual([0, null]);
    }
  });
});

test('a service that starts before its database waits for it', async () => {
  const url = new URL(database.url('anb_votes'));
  const real = Number(url.port);
  const [port = 0] = await freePorts(1);
  url.port = String(port);
  const service = await start('votes', url.href);
  await service.saysWhy(new RegExp(`Nothing answers at 127.0.0.1:${port}`));
  await service.isWaiting();

  const door = createServer((socket) => {
    const onward = connect(real, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => {});
  }).listen(port, '127.0.0.1');
  await service.isReady();
  expect(await service.stop()).toEqual([0, null]);
  door.close();
});
