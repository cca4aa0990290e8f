import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { AUDIENCE, ISSUER } from '@anb/testing/players';
import { rounded } from './median.ts';
import type { Platform } from './platform.ts';

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The votes service as it runs, whose garbage can be collected before its memory is looked at. */
export async function startVotes({ databaseUrl }: Platform, env: Record<string, string> = {}) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const files = [
    '--expose-gc',
    '--import',
    path('collect-garbage.ts'),
    path('../services/votes/src/main.ts'),
  ];
  const child = spawn(process.execPath, files, {
    env: {
      ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), OPS_PORT: String(opsPort) },
      ...{ DATABASE_URL: databaseUrl('anb_votes'), PUBLIC_URL: url },
      ...{ TOKEN_ISSUER: ISSUER, TOKEN_AUDIENCE: AUDIENCE },
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ops = `http://127.0.0.1:${opsPort}`;
  while (!(await fetch(`${ops}/readyz`).catch(() => null))?.ok) await sleep(50);
  const metric = async (name: string) => {
    const text = await (await fetch(`${ops}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
  };
  return {
    url,
    metric,
    untilMetric: async (name: string, value: number) => {
      const deadline = performance.now() + 10_000;
      while ((await metric(name)) !== value) {
        if (performance.now() > deadline) throw new Error(`${name} is ${await metric(name)}, not ${value}`);
        await sleep(50);
      }
    },
    /** In MB; `used`: the heap and what hangs on it. */
    memory: async () => {
      for (let round = 0; round < 3; round++) {
        child.kill('SIGUSR2');
        await sleep(300);
      }
      const heap = await metric('nodejs_heap_size_used_bytes');
      const external = await metric('nodejs_external_memory_bytes');
      const resident = await metric('process_resident_memory_bytes');
      return { used: megabytes(heap + external), resident: megabytes(resident) };
    },
    stop: () => stop(child),
  };
}

const megabytes = (bytes: number) => rounded(bytes / 1024 / 1024, 1);

export async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
