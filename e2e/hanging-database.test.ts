import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { migrate } from '@anb/migrate';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { JobQueue } from '@anb/service-kit/queue';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { PASSWORD, passwords, urlAs } from '@anb/testing/logins';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { killServices, type RunningService, startService } from './service.ts';
import { descendants } from './stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'anb-hanging-'));
chmodSync(folder, 0o755);
/** A service's own ceiling is 8 s; two busy cores need some air. */
const CEILING_MS = 12_000;

let postgres: EmbeddedPostgres;
let admin: Sql;
let queue: JobQueue;
let player: Player;
let videos: RunningService;
let votes: RunningService;

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
  killServices();
  queue.close();
  await admin.end({ timeout: 1 });
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(name: 'videos' | 'votes', env: Record<string, string> = {}) {
  const service = await startService(name, {
    DATABASE_URL: urlAs(`anb_${name}`, postgres.url),
    TOKEN_ISSUER: ISSUER,
    TOKEN_AUDIENCE: AUDIENCE,
    ...env,
  });
  await service.untilReady();
  return service;
}
const get = ({ url }: RunningService, path: string) =>
  fetch(`${url}${path}`, { headers: { authorization: player.authorization } });

async function expectAway(answer: Promise<Response>) {
  const start = performance.now();
  const { status, headers } = await answer;
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
  expect(performance.now() - start).toBeLessThan(CEILING_MS);
}
const many = (count: number, send: () => Promise<Response>) => Array.from({ length: count }, send);

describe('while the database hangs', () => {
  test('what needs it answers 503 in time, again and again, and the rest goes on', async () => {
    expect((await get(videos, '/api/videos')).status).toBe(200);
    hang();
    for (let round = 0; round < 2; round++) {
      const asked = many(30, () => get(videos, '/api/videos')).map(expectAway);
      expect((await get(votes, '/api/public/rankings')).status).toBe(200);
      await Promise.all(asked);
    }
    await expectAway(get(votes, '/api/user/votes'));
  }, 60_000);

  test('afterwards all goes on by itself, the outbox too', async () => {
    goOn();
    for (const send of [() => get(videos, '/api/videos'), () => get(votes, '/api/user/votes')]) {
      await vi.waitFor(async () => expect((await send()).status).toBe(200), 15_000);
      expect((await Promise.all(many(30, send))).every(({ status }) => status === 200)).toBe(true);
    }
    expect([videos.isRunning(), votes.isRunning()]).toEqual([true, true]);
    const [video] = await admin<{ id: string }[]>`
      insert into videos.outbox (kind, video_id) values ('transcode', gen_random_uuid()) returning video_id as id`;
    const message = await queue.receive(10, 30, AbortSignal.timeout(12_000));
    expect(JSON.parse(message?.body ?? '{}')).toEqual({ video_id: video?.id });
  }, 60_000);

  test('SIGTERM still ends within its time', async () => {
    hang();
    const asked = expectAway(get(videos, '/api/videos'));
    await sleep(200);
    const start = performance.now();
    expect(await Promise.all([videos.stop(), votes.stop()])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(performance.now() - start).toBeLessThan(25_000);
    await asked;
  }, 60_000);
});
