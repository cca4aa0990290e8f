import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPlayers, createVideo } from '@anb/testing/players';
import { rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import type { Collected, Order } from './streams-clients.ts';
import { startWatchedVotes } from './watched-service.ts';

const CLIENTS = 5000;
const VIDEOS = 60;
const EVENTS = 15;
/** Between votes: each is an event of its own. */
const EVERY_MS = 800;
/** What may be left when all have gone, of what they took. */
const LEFT_SHARE = 0.1;
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * How long it takes until all of 5,000 clients have an event of the live ranking, from the first to the 99th of a
 * hundred, over the same from the barest server; and that half of them, then all, can vanish without a trace.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const { admin } = platform;
  const players = await createPlayers(admin);
  const owner = await players.signUp();
  const videos = await Promise.all(Array.from({ length: VIDEOS }, () => createVideo(admin, owner.id)));
  const service = await startWatchedVotes(platform, { RANKING_STREAMS: String(4 * CLIENTS) });
  const untilStreams = (count: number) => service.untilMetric('anb_ranking_streams', count);
  undo.defer(service.stop);
  const clients = await startClients();
  undo.defer(clients.stop);
  const voters = await Promise.all(Array.from({ length: EVENTS }, () => players.signUp()));
  const vote = async (place: number) => {
    const url = `${service.url}/api/public/videos/${videos[place % VIDEOS]}/vote`;
    const { authorization = '' } = voters[place] ?? {};
    const answer = await fetch(url, { method: 'POST', headers: { authorization } });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  };

  const before = await service.memory();
  const url = `${service.url}/api/public/rankings/stream`;
  await clients.order({ open: url, clients: CLIENTS });
  await untilStreams(CLIENTS);
  say(`${CLIENTS} clients are there`);
  for (let place = 0; place < EVENTS; place++) {
    await vote(place);
    await sleep(EVERY_MS);
  }
  const ours = (await clients.order({ collect: true })) as Collected;
  const full = await service.memory();
  say(`each of ${ours.events} events had reached 99 % of them after ${ours.p99} ms`);
  if (ours.events !== EVENTS || ours.missed > 0) throw new Error(`not all had all: ${JSON.stringify(ours)}`);

  await clients.order({ reset: CLIENTS / 2 });
  await untilStreams(CLIENTS / 2);
  const half = await service.memory();
  await clients.order({ reset: CLIENTS / 2 });
  await untilStreams(0);
  const after = await service.memory();
  const left = (after.used - before.used) / (full.used - before.used);
  say(`memory in MB: ${before.used}, with all ${full.used}, with half ${half.used}, without ${after.used}`);
  if (left > LEFT_SHARE) throw new Error(`${rounded(left * 100)} % of the clients' memory stays`);

  const baseline = await measureBare(clients.order, ours.bytes / ours.events / CLIENTS);
  say(`the barest server: ${baseline.p99} ms`);
  return {
    ...{ ours: ours.p99, baseline: baseline.p99, ratio: rounded(ours.p99 / Math.max(1, baseline.p99)) },
    unit: 'ms from the first to the 99th percentile of clients',
    ...{ clients: CLIENTS, events: ours.events, max_ms: ours.max, event_bytes: Math.round(baseline.bytes) },
    memory_mb: { before, full, half, after },
    kb_a_client: rounded(((full.used - before.used) / CLIENTS) * 1024, 1),
    left_share: rounded(left),
    cpus: availableParallelism(),
  };
}

async function measureBare(order: (order: Order) => Promise<unknown>, bytes: number) {
  const server = fork(path('streams-bare.ts'));
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  await order({ open: `http://127.0.0.1:${port}/`, clients: CLIENTS });
  for (let event = 0; event < EVENTS; event++) {
    server.send({ bytes: Math.round(bytes) });
    await sleep(EVERY_MS);
  }
  const collected = (await order({ collect: true })) as Collected;
  server.disconnect();
  return { ...collected, bytes };
}

async function startClients() {
  const child = fork(path('streams-clients.ts'));
  return {
    order: async (order: Order): Promise<unknown> => {
      child.send(order);
      const ended = once(child, 'exit').then(([code]) =>
        Promise.reject(new Error(`the clients ended: ${code}`)),
      );
      ended.catch(() => {});
      const [answer] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
      return answer;
    },
    stop: () => child.disconnect(),
  };
}
