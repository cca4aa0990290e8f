import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { migrate } from '@anb/migrate';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { JobQueue } from '@anb/service-kit/queue';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { PASSWORD, passwords, urlAs } from '@anb/testing/logins';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { descendants } from './stack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'anb-hanging-'));
chmodSync(folder, 0o755);
/** A service's own ceiling is 8 s; two busy cores need some air. */
const CEILING_MS = 9500;

let postgres: EmbeddedPostgres;
let admin: Sql;
let queue: JobQueue;
let player: Player;
let videos: Service;
let votes: Service;

/** What a database does whose disk hangs, or behind a failover that swallows packets: the kernel accepts, nobody answers. */
const hang = () => signalAll('SIGSTOP');
const goOn = () => signalAll('SIGCONT');
function signalAll(signal: NodeJS.Signals) {
  const pid = postgres.process.pid ?? 0;
  for (const each of [pid, ...descendants(pid)]) process.kill(each, signal);
}

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port, password: PASSWORD });
  admin = openDatabase({ url: postgres.url, max: 2, applicationName: 'test', patient: true });
  const migrating = openDatabase({ url: postgres.url, max: 1, applicationName: 'test', patient: true });
  await migrate({ sql: migrating, passwords, report: () => {} }).finally(() => migrating.end());
  player = await (await createPlayers(admin)).signUp();
  const [bucket, queueOptions] = [await createTestBucket(), await createTestQueue()];
  queue = new JobQueue(queueOptions);
  const cloud = {
    S3_BUCKET: bucket.bucket,
    S3_ENDPOINT: bucket.endpoint,
    SQS_QUEUE_URL: queueOptions.queueUrl,
    SQS_ENDPOINT: queueOptions.endpoint,
  };
  [videos, votes] = await Promise.all([start('videos', cloud), start('votes')]);
});
afterAll(async () => {
  goOn();
  for (const { child } of [videos, votes]) child.kill('SIGKILL');
  queue.close();
  await admin.end({ timeout: 1 });
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Service {
  child: ChildProcess;
  get: (path: string) => Promise<Response>;
  url: string;
}

async function start(name: 'videos' | 'votes', env: Record<string, string> = {}): Promise<Service> {
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
      DATABASE_URL: urlAs(`anb_${name}`, postgres.url),
      TOKEN_ISSUER: ISSUER,
      TOKEN_AUDIENCE: AUDIENCE,
      PUBLIC_URL: 'http://127.0.0.1',
      LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch(() => null))?.ok) await sleep(50);
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: player.authorization };
  return { child, url, get: (path) => fetch(`${url}${path}`, { headers }) };
}

async function expectAway(answer: Promise<Response>) {
  const start = performance.now();
  const { status, headers } = await answer;
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
  expect(performance.now() - start).toBeLessThan(CEILING_MS);
}
const many = (count: number, send: () => Promise<Response>) => Array.from({ length: count }, send);
const exitOf = async (service: Service) => {
  const exit = once(service.child, 'exit');
  service.child.kill('SIGTERM');
  return exit;
};

describe('while the database hangs', () => {
  test('what needs it answers 503 in time, again and again, and the rest goes on', async () => {
    expect((await videos.get('/api/videos')).status).toBe(200);
    hang();
    for (let round = 0; round < 2; round++) {
      const asked = many(30, () => videos.get('/api/videos')).map(expectAway);
      expect((await votes.get('/api/public/rankings')).status).toBe(200);
      await Promise.all(asked);
    }
    await expectAway(votes.get('/api/user/votes'));
  }, 60_000);

  test('afterwards all goes on by itself, the outbox too', async () => {
    goOn();
    for (const send of [() => videos.get('/api/videos'), () => votes.get('/api/user/votes')]) {
      await vi.waitFor(async () => expect((await send()).status).toBe(200), 15_000);
      expect((await Promise.all(many(30, send))).every(({ status }) => status === 200)).toBe(true);
    }
    expect([videos.child.exitCode, votes.child.exitCode]).toEqual([null, null]);
    const [video] = await admin<{ id: string }[]>`
      insert into videos.outbox (kind, video_id) values ('transcode', gen_random_uuid()) returning video_id as id`;
    const message = await queue.receive(10, 30, AbortSignal.timeout(12_000));
    expect(JSON.parse(message?.body ?? '{}')).toEqual({ video_id: video?.id });
  }, 60_000);

  test('SIGTERM still ends within its time', async () => {
    hang();
    const asked = expectAway(videos.get('/api/videos'));
    await sleep(200);
    const start = performance.now();
    expect(await Promise.all([exitOf(videos), exitOf(votes)])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(performance.now() - start).toBeLessThan(25_000);
    await asked;
  }, 60_000);
});
