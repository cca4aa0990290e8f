import { setTimeout as sleep } from 'node:timers/promises';
import { rounded } from './median.ts';
import type { Platform } from './platform.ts';
import { type Service, startService } from './processes.ts';

const preloaded = `--expose-gc --import ${import.meta.resolve('./collect-garbage.ts')}`;

/** In MB; `used`: the heap and what hangs on it. */
export interface Memory {
  used: number;
  resident: number;
}

/** The votes service as it runs, whose garbage can be collected before its memory is looked at. */
export async function startWatchedVotes(platform: Platform, env: Record<string, string> = {}) {
  const service = await startService(platform, 'votes', { NODE_OPTIONS: preloaded, ...env });
  const metric = (name: string) => readMetric(service, name);
  return {
    url: `http://127.0.0.1:${service.port}`,
    stop: service.stop,
    metric,
    untilMetric: async (name: string, value: number) => {
      const deadline = performance.now() + 10_000;
      while ((await metric(name)) !== value) {
        if (performance.now() > deadline) throw new Error(`${name} is ${await metric(name)}, not ${value}`);
        await sleep(50);
      }
    },
    memory: async (): Promise<Memory> => {
      for (let round = 0; round < 3; round++) {
        process.kill(service.pid, 'SIGUSR2');
        await sleep(300);
      }
      const heap = await metric('nodejs_heap_size_used_bytes');
      const external = await metric('nodejs_external_memory_bytes');
      return {
        used: megabytes(heap + external),
        resident: megabytes(await metric('process_resident_memory_bytes')),
      };
    },
  };
}

async function readMetric({ opsPort }: Service, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

const megabytes = (bytes: number) => rounded(bytes / 1024 / 1024, 1);
