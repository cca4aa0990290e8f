import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { MountedSecret } from '@anb/testing/mounted-secret';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Load, type Target } from './rotation-load.ts';
import { killServices, type RunningService, type ServiceName, startService } from './service.ts';

const KEY_WAIT_SECONDS = 4;
const soon = { timeout: 30_000, interval: 100 };
const run = promisify(execFile);

let database: TestDatabase;
let proxy: TcpProxy;
let votesDatabase: string;
let cloud: Record<string, string>;
const mounts: MountedSecret[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url('anb_votes'));
  proxy = await TcpProxy.start(Number(url.port));
  url.port = String(proxy.port);
  votesDatabase = url.href;
  const [{ bucket, endpoint }, queue] = await Promise.all([createTestBucket(), createTestQueue()]);
  cloud = { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, SQS_QUEUE_URL: queue.queueUrl };
});
afterAll(async () => {
  killServices();
  await proxy.close();
  await database.drop();
  for (const mount of mounts) mount.remove();
});

/** As an operator runs it in a pod of auth. */
async function keys(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['services/auth/src/commands/keys.ts', ...args], {
    env: { DATABASE_URL: database.url('anb_auth'), SIGNING_KEYS_DIR: mounts[0]?.path },
  });
  return stdout;
}

/** A replica on a machine whose clock is wrong; it can be killed and comes back elsewhere. */
class Replica implements Target {
  readonly service: ServiceName & Target['service'];
  readonly #env: Record<string, string>;
  #running: RunningService | undefined;

  constructor(service: Replica['service'], clockSkewSeconds: number, env: Record<string, string>) {
    this.service = service;
    this.#env = {
      NODE_OPTIONS: `--import=${new URL('skewed-clock.ts', import.meta.url)}`,
      CLOCK_SKEW_SECONDS: String(clockSkewSeconds),
      ...env,
    };
  }

  readonly url = () => this.#running?.url ?? '';

  async start(): Promise<void> {
    const running = await startService(this.service, this.#env);
    await running.untilReady();
    this.#running = running;
  }

  async comeBack(): Promise<void> {
    await this.#running?.kill();
    await this.start();
  }
}

function authReplica(clockSkewSeconds: number, secret: MountedSecret): Replica {
  mounts.push(secret);
  return new Replica('auth', clockSkewSeconds, {
    DATABASE_URL: database.url('anb_auth'),
    SIGNING_KEYS_DIR: secret.path,
    KEY_WAIT_SECONDS: String(KEY_WAIT_SECONDS),
  });
}

test('keys are rotated twice under load, with skewed clocks, slow readers and replicas that die: no token is refused but those of retired keys', {
  timeout: 120_000,
}, async () => {
  const first = { 'first.pem': await keys('new') };
  const [mountA, mountB] = [new MountedSecret(first), new MountedSecret(first)];
  const [authA, authB] = [authReplica(60, mountA), authReplica(-60, mountB)];
  const videos = new Replica('videos', 60, { DATABASE_URL: database.url('anb_videos'), ...cloud });
  const votes = new Replica('votes', -60, { DATABASE_URL: votesDatabase });
  const replicas = [authA, authB, videos, votes];
  await Promise.all(replicas.map((replica) => replica.start()));
  const load = new Load(replicas);
  await load.start();
  const signsWith = (replica: Replica, kid: string) =>
    vi.waitFor(async () => expect(await load.signedBy(replica)).toBe(kid), soon);
  const published = async () => {
    const rows = await database.admin`select kid from auth.signing_keys order by created_at desc`;
    return rows.map(({ kid }) => String(kid));
  };
  const newest = async (count: number) => {
    await vi.waitFor(async () => expect(await published()).toHaveLength(count), soon);
    return (await published())[0] ?? '';
  };
  const oldest = await newest(1);

  // One reader stands still for a while, one dies and comes back; one replica's mount comes late.
  const second = { 'second.pem': await keys('new') };
  mountA.write(second);
  const middle = await newest(2);
  proxy.hang();
  await Promise.all([sleep(1500), videos.comeBack()]);
  proxy.heal();
  expect(await load.signedBy(authB)).toBe(oldest);
  mountB.write(second);
  await Promise.all([authA, authB].map((auth) => signsWith(auth, middle)));

  // One reader stands still until the new key signs; a replica that signs dies, and comes back before its mount has it.
  const third = { 'third.pem': await keys('new') };
  mountA.write(third);
  const last = await newest(3);
  proxy.hang();
  await Promise.all([signsWith(authA, last), authB.comeBack()]);
  proxy.heal();
  expect(await load.signedBy(authB)).toBe(middle);
  mountB.write(third);
  await signsWith(authB, last);

  // The oldest is retired by hand. The middle one retires by itself, when its tokens must have expired.
  const tokens = await vi.waitFor(() => [oldest, middle, last].map((kid) => load.tokenOf(kid)), soon);
  const [ofOldest, ofMiddle, ofLast] = tokens;
  if (!ofOldest || !ofMiddle || !ofLast) throw new Error('no tokens');
  for (const token of [ofOldest, ofMiddle, ofLast])
    expect(await load.statuses(token)).toEqual([200, 200, 200, 200]);
  load.tokens = load.tokens.filter(({ kid }) => kid === last);
  const refused = async (token: typeof ofOldest) =>
    vi.waitFor(async () => expect(await load.statuses(token)).toEqual([401, 401, 401, 401]), {
      timeout: 2000,
      interval: 20,
    });
  expect(await keys('retire', oldest)).toContain(`${oldest} is retired`);
  await refused(ofOldest);
  expect(await load.statuses(ofMiddle)).toEqual([200, 200, 200, 200]);
  await database.admin`update auth.signing_keys set used_at = now() - interval '66 minutes' where kid = ${middle}`;
  await vi.waitFor(async () => expect(await keys('list')).toMatch(new RegExp(`${middle} +retired`)), soon);
  await refused(ofMiddle);

  await load.stop();
  const answers = Object.fromEntries([...load.answers].sort());
  expect(Object.keys(answers).filter((answer) => answer.endsWith('401'))).toEqual([]);
  for (const service of ['auth', 'videos', 'votes']) expect(answers[`${service} 200`]).toBeGreaterThan(50);
});
