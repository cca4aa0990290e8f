import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@anb/embedded/ports';
import { migrate, readMigrations } from '@anb/migrate';
import { openDatabase } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { passwords } from '@anb/testing/logins';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { MIGRATION } from '../services/transcoder/src/store.ts';
import { killServices, type RunningService, type ServiceName, startService } from './service.ts';

const keysDir = mkdtempSync(join(tmpdir(), 'anb-keys-'));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(keysDir, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(async () => {
  killServices();
  await database.drop();
  rmSync(keysDir, { recursive: true });
});

const start = (name: ServiceName, databaseUrl = database.url(`anb_${name}`)) =>
  startService(name, {
    DATABASE_URL: databaseUrl,
    SIGNING_KEYS_DIR: keysDir,
    S3_BUCKET: 'none',
    S3_ENDPOINT: inject('s3Endpoint'),
    SQS_QUEUE_URL: 'http://127.0.0.1/none',
    SQS_ENDPOINT: inject('sqsEndpoint'),
  });
const expectReason = ({ log }: RunningService, why: RegExp) =>
  vi.waitFor(() => expect(log()).toMatch(why), { timeout: 10_000 });
const expectWaiting = async ({ statusOf }: RunningService) =>
  expect([await statusOf('/livez'), await statusOf('/readyz')]).toEqual([200, 503]);

const newest: [ServiceName, string][] = [
  ['auth', newestOf('auth')],
  ['videos', newestOf('videos')],
  ['votes', newestOf('votes')],
  ['transcoder', MIGRATION],
];
function newestOf(schema: string): string {
  return readMigrations().findLast(({ file }) => file.startsWith(`${schema}/`))?.file ?? '';
}

describe('on a database without its migrations', () => {
  test('each service says which one it waits for, is alive and not ready, and goes on once they are applied', async () => {
    await database.admin`drop schema migrate, auth, videos, votes cascade`;
    const services = await Promise.all(newest.map(([name]) => start(name)));
    for (const [index, service] of services.entries()) {
      const migration = newest[index]?.[1];
      await expectReason(
        service,
        new RegExp(`"migration":"${migration}","reason":"the database was never migrated`),
      );
      await expectWaiting(service);
    }
    const sql = openDatabase({ url: database.adminUrl, max: 1, applicationName: 'migrate' });
    await migrate({ sql, passwords, report: () => {} }).finally(() => sql.end());
    for (const service of services) await service.untilReady();
    for (const service of services) expect(await service.stop()).toEqual([0, null]);
  });

  test('a service whose newest one alone is missing waits too, and ends cleanly at SIGTERM', async () => {
    for (const [name, migration] of newest.filter(([name]) => name === 'videos' || name === 'transcoder')) {
      await database.admin`delete from migrate.applied where file = ${migration}`;
      const service = await start(name);
      await expectReason(service, new RegExp(`"migration":"${migration}","reason":"not applied yet`));
      await expectWaiting(service);
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
  await expectReason(service, new RegExp(`Nothing answers at 127.0.0.1:${port}`));
  await expectWaiting(service);

  const door = createServer((socket) => {
    const onward = connect(real, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => {});
  }).listen(port, '127.0.0.1');
  await service.untilReady();
  expect(await service.stop()).toEqual([0, null]);
  door.close();
});
