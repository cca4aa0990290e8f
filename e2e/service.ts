import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { keepOutput } from '@anb/testing/logs';
import { programFile } from '@anb/topology';

const root = fileURLToPath(new URL('..', import.meta.url));
const READY_MS = 15_000;
const started: ChildProcess[] = [];

/** Those that have a database. */
export type ServiceName = 'auth' | 'videos' | 'votes' | 'transcoder';
export type RunningService = Awaited<ReturnType<typeof startService>>;

/** A service as its container runs it, on free ports. */
export async function startService(name: ServiceName | 'portal', env: Record<string, string>) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const child = spawn(process.execPath, [programFile(name)], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      OPS_PORT: String(opsPort),
      PUBLIC_URL: 'http://127.0.0.1',
      MAIL_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'no-reply@example.com',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  keepOutput(child, name);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk;
    });
  }
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  /** Of a path on the second port; 0 while nothing answers. */
  const statusOf = (path: string) =>
    fetch(`http://127.0.0.1:${opsPort}${path}`, { signal: AbortSignal.timeout(READY_MS) }).then(
      ({ status }) => status,
      () => 0,
    );
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    isRunning,
    statusOf,
    untilReady: async () => {
      const deadline = performance.now() + READY_MS;
      while ((await statusOf('/readyz')) !== 200) {
        if (!isRunning()) throw new Error(`${name} ended:\n${log}`);
        if (performance.now() > deadline) throw new Error(`${name} was not ready in time:\n${log}`);
        await sleep(50);
      }
    },
    /** As Kubernetes does; answers the exit code and what else ended it. */
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      return exit;
    },
    /** As a node that is lost does. */
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Whatever a test has left of them. */
export function killServices(): void {
  for (const child of started) child.kill('SIGKILL');
}
