import { type ChildProcess, fork, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { AUDIENCE, ISSUER } from '@anb/testing/players';
import { programFile } from '@anb/topology';
import type { Load, LoadResult } from './load.ts';
import type { Platform } from './platform.ts';

const START_MS = 20_000;
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export interface Service {
  port: number;
  opsPort: number;
  pid: number;
  stop: () => Promise<void>;
}

/** One of ours as it runs in a cluster, behind one proxy. */
export async function startService(
  { databaseUrl, env: platformEnv }: Platform,
  name: 'auth' | 'videos' | 'votes' | 'portal',
  env: Record<string, string> = {},
): Promise<Service> {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const child = spawn(process.execPath, [path(`../${programFile(name)}`)], {
    env: {
      ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), OPS_PORT: String(opsPort) },
      ...{
        ...(name !== 'portal' && { DATABASE_URL: databaseUrl(`anb_${name}`) }),
        ...platformEnv,
        PUBLIC_URL: `http://127.0.0.1:${port}`,
      },
      ...{ TOKEN_ISSUER: ISSUER, TOKEN_AUDIENCE: AUDIENCE, TRUSTED_PROXY_HOPS: '1', ...env },
    },
    // Its log is written as in production, but read by nobody.
    stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit'],
  });
  await untilAnswered(child, `http://127.0.0.1:${opsPort}/readyz`, ({ ok }) => ok);
  return { port, opsPort, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** Auth with a signing key of its own, which is given back to sign others in with. */
export async function startAuth(platform: Platform, env: Record<string, string> = {}) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keysDir = join(platform.folder, 'signing-keys');
  mkdirSync(keysDir, { recursive: true });
  writeFileSync(join(keysDir, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const mails = { MAIL_URL: `file://${platform.folder}`, MAIL_FROM: 'bench@example.com' };
  const service = await startService(platform, 'auth', { SIGNING_KEYS_DIR: keysDir, ...mails, ...env });
  const published = await fetch(`http://127.0.0.1:${service.port}/.well-known/jwks.json`);
  const { keys } = (await published.json()) as { keys: { kid: string; x: string }[] };
  const jwk = privateKey.export({ format: 'jwk' });
  const kid = keys.find(({ x }) => x === jwk.x)?.kid ?? '';
  return { ...service, key: { jwk, kid, issuer: ISSUER, audience: AUDIENCE } };
}

/** A server that is a file of this folder. */
export async function startServer(file: string, task: object): Promise<Service> {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const child = spawn(process.execPath, [path(file), JSON.stringify({ ...task, port, opsPort })], {
    stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit'],
  });
  await untilAnswered(child, `http://127.0.0.1:${port}/`);
  return { port, opsPort, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function untilAnswered(
  child: ChildProcess,
  url: string,
  isRight = (_: Response) => true,
): Promise<void> {
  const latest = performance.now() + START_MS;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer && isRight(answer)) return;
    if (child.exitCode !== null) throw new Error(`${child.spawnargs[1]} ended with ${child.exitCode}`);
    if (performance.now() > latest) throw new Error(`${child.spawnargs[1]} does not get ready`);
    await sleep(50);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

export interface LoadProcess {
  pid: number;
  /** @throws when an answer was wrong, unless those are only counted */
  run: (options?: { countWrong?: boolean }) => Promise<LoadResult>;
  /** Before its time. */
  stop: () => void;
}

/** Everything is prepared and every connection open when this comes back. */
export async function startLoad(load: Load): Promise<LoadProcess> {
  const child = fork(path('load.ts'));
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the load ended with ${code}`)),
  );
  ended.catch(() => {});
  child.send(load);
  await Promise.race([once(child, 'message'), ended]);
  return {
    pid: child.pid ?? 0,
    run: async ({ countWrong = false } = {}) => {
      const result = once(child, 'message').then(([result]) => result as LoadResult);
      child.send('go');
      const measured = await Promise.race([result, ended]);
      if (measured.wrong > 0 && !countWrong) {
        throw new Error(`${measured.wrong} wrong answers, as ${measured.examples.join('; ')}`);
      }
      return measured;
    },
    stop: () => void child.send('stop'),
  };
}
