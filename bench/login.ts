import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { hash } from '@node-rs/argon2';
import type { Hashes, HashesResult } from './login-hashes.ts';
import type { LeastSignIn } from './login-least.ts';
import { emailOf, type LoginLoad, type LoginLoadResult } from './login-load.ts';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { startAuth } from './processes.ts';
import { processorTime, watchPostgres } from './processor-time.ts';

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
 * the bare rate: it could not be had for hashes. `least` is what the barest server with the same libraries reaches.
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
    least: worst.least,
    least_ratio: worst.least_ratio,
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

interface Round {
  bare: HashesResult;
  ours: SignIns;
  baseline: number;
  ratio: number;
  least: SignIns;
  leastRatio: number;
  lag: number;
}

async function compareAt({ platform, say, passwordHash, atOnce }: Bench) {
  await using undo = new AsyncDisposableStack();
  const service = await startService(platform, atOnce);
  undo.defer(service.stop);
  const least = await startLeast(platform, atOnce);
  undo.defer(least.stop);
  const postgres = await watchPostgres(platform.admin);
  const signInsOf = (server: Server, seconds: number) => signIns({ platform, server, postgres, seconds });
  const rounds: Round[] = [];
  await signInsOf(service, WARM_UP_SECONDS);
  await signInsOf(least, WARM_UP_SECONDS);
  await service.lagMs();
  for (let round = 1; round <= ROUNDS; round++) {
    const bare = await run<HashesResult>('login-hashes.ts', {
      ...{ hash: passwordHash, password: PASSWORD, atOnce, seconds: SECONDS },
    } satisfies Hashes);
    /** What was left of the processors beside the load. */
    const baselineOf = ({ loadShare }: SignIns) => bare.perSecond * (cpus <= atOnce ? 1 - loadShare : 1);
    const ours = await signInsOf(service, SECONDS);
    const lag = await service.lagMs();
    const theLeast = await signInsOf(least, SECONDS);
    const baseline = baselineOf(ours);
    const ratio = ours.perSecond / baseline;
    const leastRatio = theLeast.perSecond / baselineOf(theLeast);
    rounds.push({ bare, ours, baseline, ratio, least: theLeast, leastRatio, lag });
    say(
      `${atOnce} at once, round ${round}: ${rounded(ours.perSecond, 1)}/s, bare ${rounded(bare.perSecond, 1)}/s, ` +
        `less the load's share ${rounded(baseline, 1)}/s: ratio ${rounded(ratio)} (the least: ${rounded(leastRatio)}), ` +
        `lag p99 ${lag} ms`,
    );
  }
  const middle = (of: (round: Round) => number, digits?: number) => rounded(median(rounds.map(of)), digits);
  return {
    hashes: atOnce,
    ours: middle(({ ours }) => ours.perSecond, 1),
    baseline: middle(({ baseline }) => baseline, 1),
    ratio: middle(({ ratio }) => ratio),
    least: middle(({ least }) => least.perSecond, 1),
    least_ratio: middle(({ leastRatio }) => leastRatio),
    lag_p99_ms: Math.max(...rounds.map(({ lag }) => lag)),
    cpu_ms: {
      bare: middle(({ bare }) => bare.cpuMs, 2),
      service: middle(({ ours }) => ours.cpuMs.server, 2),
      postgres: middle(({ ours }) => ours.cpuMs.postgres, 2),
      load: middle(({ ours }) => ours.cpuMs.load, 2),
      least: middle(({ least }) => least.cpuMs.server, 2),
      least_postgres: middle(({ least }) => least.cpuMs.postgres, 2),
    },
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

interface Server {
  url: string;
  pid: number;
}

async function startService(platform: Platform, hashesAtOnce: number) {
  const service = await startAuth(platform, { HASH_CONCURRENCY: String(hashesAtOnce), DATABASE_POOL: '5' });
  return {
    ...service,
    url: `http://127.0.0.1:${service.port}`,
    /** Since it was last asked. */
    lagMs: async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${service.opsPort}/metrics`)).text();
      return rounded(Number(/^nodejs_eventloop_lag_p99_seconds\{.*\} (\S+)$/m.exec(metrics)?.[1]) * 1000, 1);
    },
  };
}

async function startLeast({ databaseUrl }: Platform, hashesAtOnce: number) {
  const [port = 0] = await freePorts(1);
  const task: LeastSignIn = { databaseUrl: databaseUrl('anb_auth'), hashesAtOnce, port };
  const child = fork(path('login-least.ts'), [JSON.stringify(task)]);
  await once(child, 'message');
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

interface SignIns {
  perSecond: number;
  /** Of all processors, what the load used. */
  loadShare: number;
  /** A sign-in. */
  cpuMs: { server: number; postgres: number; load: number };
}

interface Measured {
  platform: Platform;
  server: Server;
  postgres: () => number;
  seconds: number;
}

/** @throws when not every sign-in stored a session */
async function signIns({ platform, server, postgres, seconds }: Measured): Promise<SignIns> {
  const sessions = async () =>
    (await platform.admin`select count(*)::integer as count from auth.sessions`)[0]?.count;
  const cpu = () => processorTime(server.pid);
  const [storedBefore, before, postgresBefore] = [await sessions(), cpu(), postgres()];
  const load = await run<LoginLoadResult>('login-load.ts', {
    ...{ url: server.url, accounts: ACCOUNTS, password: PASSWORD, atOnce: SIGN_INS_AT_ONCE, seconds },
  } satisfies LoginLoad);
  const [after, postgresAfter] = [cpu(), postgres()];
  const stored = (await sessions()) - storedBefore;
  if (stored !== load.signIns) throw new Error(`${load.signIns} signed in, ${stored} sessions stored`);
  const each = (seconds: number) => (seconds * 1000) / load.signIns;
  return {
    perSecond: load.signIns / load.seconds,
    loadShare: load.cpuSeconds / load.seconds / cpus,
    cpuMs: {
      server: each(after - before),
      postgres: each(postgresAfter - postgresBefore),
      load: each(load.cpuSeconds),
    },
  };
}
