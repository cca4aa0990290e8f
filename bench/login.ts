import { fork, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { hash } from '@node-rs/argon2';
import type { Hashes, HashesResult } from './login-hashes.ts';
import { emailOf, type LoginLoad, type LoginLoadResult } from './login-load.ts';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';

const PASSWORD = 'un-pase-largo-7';
const ACCOUNTS = 2000;
const HASHES_AT_ONCE = [2, 3, 4];
/** So many that the hashes never wait for the network. */
const SIGN_INS_AT_ONCE = 16;
const ROUNDS = 5;
const SECONDS = 4;
/** Until the code is compiled and every connection has its plans. */
const WARM_UP_SECONDS = 8;
const cpus = availableParallelism();
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Sign-ins a second through the service, with Postgres, throttle, token and session, over the bare rate of comparing
 * passwords, so many at once. Where the hashes keep all processors busy, what the load itself used of them is taken off
 * the bare rate: it could not be had for hashes.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  const passwordHash = await hash(PASSWORD);
  await platform.admin`
    insert into auth.users (first_name, last_name, name_key, city, city_key, country, email, password_hash)
    select 'Ana', 'Ríos', '', 'Cali', 'cali', 'Colombia', email, ${passwordHash}
    from unnest(${Array.from({ length: ACCOUNTS }, (_, n) => emailOf(n))}::text[]) as email`;
  const results = [];
  for (const atOnce of HASHES_AT_ONCE) {
    results.push(await compareAt({ platform, say, passwordHash, atOnce }));
  }
  const worst = results.reduce((a, b) => (a.ratio < b.ratio ? a : b));
  return {
    ...{ ours: worst.ours, baseline: worst.baseline, ratio: worst.ratio, unit: 'sign-ins/s' },
    lag_p99_ms: Math.max(...results.map(({ lag_p99_ms }) => lag_p99_ms)),
    at_once: results,
    cpus,
    load_average: rounded(loadavg()[0] ?? 0, 1),
  };
}

interface Bench {
  platform: Platform;
  say: (line: string) => void;
  passwordHash: string;
  atOnce: number;
}

async function compareAt({ platform, say, passwordHash, atOnce }: Bench) {
  const service = await startAuth(platform, atOnce);
  const rounds = {
    ours: [] as number[],
    baseline: [] as number[],
    ratio: [] as number[],
    lag: [] as number[],
  };
  const cpuMs = {
    bare: [] as number[],
    service: [] as number[],
    postgres: [] as number[],
    load: [] as number[],
  };
  try {
    await service.signIns(WARM_UP_SECONDS);
    for (let round = 1; round <= ROUNDS; round++) {
      const bare = await run<HashesResult>('login-hashes.ts', {
        ...{ hash: passwordHash, password: PASSWORD, atOnce, seconds: SECONDS },
      } satisfies Hashes);
      const { perSecond, loadShare, cpu, lagMs } = await service.signIns(SECONDS);
      const baseline = bare.perSecond * (cpus <= atOnce ? 1 - loadShare : 1);
      rounds.ours.push(rounded(perSecond, 1));
      rounds.baseline.push(rounded(baseline, 1));
      rounds.ratio.push(rounded(perSecond / baseline));
      rounds.lag.push(lagMs);
      cpuMs.bare.push(bare.cpuMs);
      for (const each of ['service', 'postgres', 'load'] as const) cpuMs[each].push(cpu[each]);
      say(
        `${atOnce} at once, round ${round}: ${rounds.ours.at(-1)}/s, bare ${rounded(bare.perSecond, 1)}/s, ` +
          `less the load's share ${rounds.baseline.at(-1)}/s: ratio ${rounds.ratio.at(-1)}, lag p99 ${lagMs} ms`,
      );
    }
  } finally {
    await service.stop();
  }
  return {
    hashes: atOnce,
    ...{ ours: median(rounds.ours), baseline: median(rounds.baseline), ratio: median(rounds.ratio) },
    lag_p99_ms: Math.max(...rounds.lag),
    cpu_ms: Object.fromEntries(
      Object.entries(cpuMs).map(([whose, each]) => [whose, rounded(median(each), 2)]),
    ),
  };
}

/** Forks a file of this folder and has what it sends. */
async function run<Result>(file: string, task: object): Promise<Result> {
  const child = fork(path(file), [JSON.stringify(task)]);
  return await Promise.race([
    once(child, 'message').then(([result]) => result as Result),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ]);
}

async function startAuth({ folder, admin, databaseUrl }: Platform, hashConcurrency: number) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keysDir = join(folder, 'signing-keys');
  mkdirSync(keysDir, { recursive: true });
  writeFileSync(join(keysDir, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [path('../services/auth/src/main.ts')], {
    env: {
      ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), OPS_PORT: String(opsPort) },
      ...{ DATABASE_URL: databaseUrl('anb_auth'), SIGNING_KEYS_DIR: keysDir, PUBLIC_URL: url },
      ...{ HASH_CONCURRENCY: String(hashConcurrency), TRUSTED_PROXY_HOPS: '1', DATABASE_POOL: '5' },
      ...{ MAIL_URL: `file://${folder}`, MAIL_FROM: 'bench@example.com' },
    },
    // Its log is written as in production, but read by nobody.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const postgres = await watchPostgres(admin);
  const ops = `http://127.0.0.1:${opsPort}`;
  while (!(await fetch(`${ops}/readyz`).catch(() => null))?.ok) await sleep(50);
  const sessions = async () => (await admin`select count(*)::integer as count from auth.sessions`)[0]?.count;
  return {
    signIns: async (seconds: number) => {
      const [before, storedBefore, postgresBefore] = [await scrape(ops), await sessions(), postgres()];
      const load: LoginLoad = {
        ...{ url, accounts: ACCOUNTS, password: PASSWORD, atOnce: SIGN_INS_AT_ONCE, seconds },
      };
      const result = await run<LoginLoadResult>('login-load.ts', load);
      const [after, postgresAfter] = [await scrape(ops), postgres()];
      const stored = (await sessions()) - storedBefore;
      if (stored !== result.signIns)
        throw new Error(`${result.signIns} signed in, ${stored} sessions stored`);
      return {
        perSecond: result.signIns / result.seconds,
        loadShare: result.cpuSeconds / result.seconds / cpus,
        cpu: {
          service: ((after.cpuSeconds - before.cpuSeconds) * 1000) / result.signIns,
          postgres: ((postgresAfter - postgresBefore) * 1000) / result.signIns,
          load: (result.cpuSeconds * 1000) / result.signIns,
        },
        lagMs: rounded(after.lagSeconds * 1000, 1),
      };
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** The lag is that since the last scrape. */
async function scrape(ops: string) {
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(metrics)?.[1]);
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    lagSeconds: value('nodejs_eventloop_lag_p99_seconds'),
  };
}

/** The processor time of all of Postgres' processes, in seconds. */
async function watchPostgres(admin: Platform['admin']) {
  const stat = (pid: string) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [backend] = await admin<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const server = stat(String(backend?.pid))[1];
  return () => {
    const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
    const ticks = processes.map((pid) => {
      try {
        const [, parent, ...fields] = stat(pid);
        // Its own, and of the server's what children took that are gone.
        const from = pid === server ? [9, 10, 11, 12] : parent === server ? [9, 10] : [];
        return from.reduce((sum, field) => sum + Number(fields[field]), 0);
      } catch {
        return 0; // It has just ended.
      }
    });
    return ticks.reduce((sum, each) => sum + each, 0) / 100;
  };
}
