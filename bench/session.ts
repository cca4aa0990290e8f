import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createPlayers } from '@anb/testing/players';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { startLoad } from './processes.ts';

const PLAYERS = 500;
const ROUNDS = 7;
const SECONDS = 4;
const CONNECTIONS = 32;
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Processor time of a request of a signed-in caller whose token was seen before, over that of the same request
 * without a sign-in, in microseconds: the same handler behind the middleware that every service has.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare({ admin, databaseUrl }: Platform, say: (line: string) => void) {
  const players = await createPlayers(admin);
  const signedUp = await Promise.all(Array.from({ length: PLAYERS }, () => players.signUp()));
  const signed = signedUp.map(({ authorization }) => ({ authorization }));
  const service = fork(path('session-service.ts'), {
    env: { ...process.env, DATABASE_URL: databaseUrl('anb_votes') },
    stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(service, 'message')) as [{ port: number }];
  const run = (path: string, headers: readonly Record<string, string>[], seconds = SECONDS) =>
    costOf({ service, port, path, headers, seconds });

  // Every token is seen once, and the code is warm.
  for (const [route, headers] of [
    ['/open', [{}]],
    ['/signed', signed],
  ] as const)
    await run(route, headers, 3);
  const rounds = { ours: [] as number[], baseline: [] as number[] };
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [side, route, headers] of [
      ['ours', '/signed', signed],
      ['baseline', '/open', [{}]],
    ] as const) {
      const { microseconds, perSecond } = await run(route, headers);
      rounds[side].push(microseconds);
      rates[side].push(perSecond);
      say(`round ${round}: ${route} ${microseconds} µs of processor time a request, ${perSecond} requests/s`);
    }
  }
  service.disconnect();
  const [ours, baseline] = [median(rounds.ours), median(rounds.baseline)];
  return {
    ...{ ours, baseline, ratio: rounded(ours / baseline), unit: 'µs of processor time a request', rounds },
    per_second: { ours: median(rates.ours), baseline: median(rates.baseline) },
    tokens: PLAYERS,
    cpus: availableParallelism(),
  };
}

interface Asked {
  service: ChildProcess;
  port: number;
  path: string;
  /** Of the requests, in turn. */
  headers: readonly Record<string, string>[];
  seconds: number;
}

async function costOf({ service, port, path, headers, seconds }: Asked) {
  const topic = { kind: 'same' as const, port, path, headers: [...headers], body: '{"ok":true}' };
  const load = await startLoad({ topics: [{ topic, share: 1 }], connections: CONNECTIONS, seconds });
  const before = await cpuOf(service);
  const { answers, perSecond } = await load.run();
  const used = (await cpuOf(service)) - before;
  return { microseconds: rounded(used / answers, 2), perSecond: Math.round(perSecond) };
}

async function cpuOf(service: ChildProcess): Promise<number> {
  service.send('cpu');
  const [{ cpu }] = (await once(service, 'message')) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}
