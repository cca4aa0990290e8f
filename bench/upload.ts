import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { ObjectStore } from '@anb/service-kit/objects';
import { AUDIENCE, createPlayers, ISSUER } from '@anb/testing/players';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import type { Load, LoadResult } from './upload-load.ts';

const MB = 1024 * 1024;
const LARGE = 100 * MB;
const SMALL = 10 * MB;
const AT_ONCE = 10;
const SLOW = 100;
/** One alone may not send so many at once. */
const PLAYERS = 10;
const ROUNDS = 3;
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * MB/s of ten 100 MB uploads at once through the service, over the same bytes put to the store by a bare client in
 * the same parts; what they cost the service in memory, by either way; whether a hundred slow ones hinder others.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  const large = makeFile(platform, LARGE);
  const small = makeFile(platform, SMALL);
  const players = await createPlayers(platform.admin);
  const signedUp = await Promise.all(Array.from({ length: PLAYERS }, () => players.signUp()));
  const tokens = signedUp.map(({ authorization }) => authorization.replace('Bearer ', ''));
  const bench = { platform, say, tokens };

  const through = await withService(bench, async (service) => {
    const mbPerSecond = { ours: [] as number[], baseline: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [side, kind] of [
        ['ours', 'form'],
        ['baseline', 'bare'],
      ] as const) {
        const { seconds } = await service.send(kind, AT_ONCE, large);
        mbPerSecond[side].push(rounded((AT_ONCE * LARGE) / MB / seconds, 1));
        say(`round ${round}: ${kind} ${mbPerSecond[side].at(-1)} MB/s`);
      }
    }
    return { mbPerSecond, ...service.cost() };
  });
  const direct = await withService(bench, async (service) => {
    const { seconds } = await service.send('direct', AT_ONCE, large);
    return { mbPerSecond: rounded((AT_ONCE * LARGE) / MB / seconds, 1), ...service.cost() };
  });
  const slow = await withService(bench, async (service) => {
    const fast = async () => {
      const rounds: number[] = [];
      for (let round = 0; round < ROUNDS; round++)
        rounds.push(...(await service.send('form', AT_ONCE, small)).each);
      return rounds;
    };
    const alone = await fast();
    const { finish } = service.start('slow', SLOW, small);
    await service.untilUnderWay(SLOW);
    const beside = await fast();
    const { ids } = await finish();
    return { alone, beside, alive: new Set(ids).size, ...service.cost() };
  });

  const [ours, baseline] = [median(through.mbPerSecond.ours), median(through.mbPerSecond.baseline)];
  return {
    ...{ ours, baseline, ratio: rounded(ours / baseline), unit: 'MB/s', rounds: through.mbPerSecond },
    grown_mb: through.grownMb,
    cpu_s: through.cpuSeconds,
    direct: direct.mbPerSecond,
    direct_grown_mb: direct.grownMb,
    direct_cpu_s: direct.cpuSeconds,
    slow_alive: slow.alive,
    slow_grown_mb: slow.grownMb,
    fast_ok: slow.beside.length,
    ...{ fast_p95_s: p95(slow.beside), fast_p95_alone_s: p95(slow.alone) },
    cpus: availableParallelism(),
  };
}

function makeFile({ folder }: Platform, bytes: number): string {
  const file = join(folder, `${bytes}.mp4`);
  const body = randomBytes(bytes);
  body.write('\0\0\0\x18ftypisom', 'latin1');
  writeFileSync(file, body);
  return file;
}

const p95 = (values: number[]) =>
  rounded(values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0);

interface Bench {
  platform: Platform;
  say: (line: string) => void;
  tokens: string[];
}

/** A videos service of its own, warm. */
async function withService<T>(bench: Bench, act: (service: Service) => Promise<T>): Promise<T> {
  const service = await startService(bench);
  try {
    for (const kind of ['form', 'direct'] as const) await service.send(kind, 1, makeFile(bench.platform, MB));
    return await act({ ...service, cost: watchMemory(service.pid) });
  } finally {
    await service.stop();
  }
}

interface Service extends Awaited<ReturnType<typeof startService>> {
  cost: ReturnType<typeof watchMemory>;
}

async function startService({ platform: { admin, databaseUrl, env }, tokens }: Bench) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [path('../services/videos/src/main.ts')], {
    env: {
      ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), OPS_PORT: String(opsPort) },
      ...{ DATABASE_URL: databaseUrl('anb_videos'), ...env, PUBLIC_URL: url, LOG_LEVEL: 'warn' },
      ...{ TOKEN_ISSUER: ISSUER, TOKEN_AUDIENCE: AUDIENCE },
      ...{ MAX_VIDEOS: '10000', MAX_DIRECT_UPLOADS: '100' },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch(() => null))?.ok) await sleep(50);
  const store = { endpoint: env.S3_ENDPOINT, bucket: env.S3_BUCKET, region: env.AWS_REGION };
  const objects = new ObjectStore(store);
  const start = (kind: Load['kind'], count: number, file: string) => {
    const load: Load = { kind, count, path: file, url, tokens, store };
    return startLoad(load, async ({ ids }) => {
      if (kind !== 'bare') await expectStored(ids, kind === 'slow' ? undefined : file);
      for (const prefix of ['originals/', 'bare/']) await objects.deleteAll(prefix);
    });
  };
  const expectStored = async (ids: string[], file: string | undefined) => {
    const [stored] = await admin`
      select count(*)::integer as count from videos.videos
      where id = any(${ids}) ${file ? admin`and size_bytes = ${readFileSync(file).length}` : admin``}`;
    if (stored?.count !== ids.length) throw new Error(`${ids.length} answered 201, ${stored?.count} stored`);
  };
  const send = (kind: Load['kind'], count: number, file: string) => start(kind, count, file).ended;
  return {
    start,
    send,
    pid: child.pid ?? 0,
    untilUnderWay: async (count: number) => {
      const underWay = async () => (await admin`select from videos.uploads`).length;
      while ((await underWay()) < count) await sleep(100);
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      objects.close();
    },
  };
}

function startLoad(load: Load, check: (result: LoadResult) => Promise<void>) {
  const child = fork(path('upload-load.ts'), [JSON.stringify(load)]);
  const ended = Promise.race([
    once(child, 'message').then(([result]) => result as LoadResult),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended with ${code}`))),
  ]).then(async (result) => {
    await check(result);
    return result;
  });
  return {
    ended,
    finish: () => {
      child.send('finish');
      return ended;
    },
  };
}

/** How far the resident memory of a process rises from now on at most, and its processor time. */
function watchMemory(pid: number) {
  const kilobytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the peak so far is forgotten
  const before = { kilobytes: kilobytes('VmRSS'), ticks: ticks() };
  return () => ({
    grownMb: rounded((kilobytes('VmHWM') - before.kilobytes) / 1024, 1),
    cpuSeconds: rounded((ticks() - before.ticks) / 100, 1),
  });
}
