import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { createLog } from '@anb/service-kit/log';
import { openServer } from '@anb/service-kit/service';
import { createVideo } from '@anb/testing/players';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { RankingFeed } from '../src/ranking-feed.ts';
import type { RankingRow } from '../src/ranking-pages.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let admin: typeof votes.database.admin;
let server: ReturnType<typeof openServer>;
let port: number;
let video: string;

beforeAll(async () => {
  votes = await openVotes({ heartbeatMs: 250 });
  admin = votes.database.admin;
  server = openServer({ fetch: votes.app.fetch }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await votes.close();
});
beforeEach(async () => {
  await vi.waitFor(async () => expect(await streams()).toBe(0), 5000);
  video = await createVideo(admin, (await votes.players.signUp({ city: 'Cali' })).id, { city: 'Cali' });
  await vi.waitFor(
    async () => expect((await page()).some(({ video_id }) => video_id === video)).toBe(true),
    5000,
  );
});

const path = '/api/public/rankings/stream';
const page = async (query = '') =>
  (await (await votes.app.request(`/api/public/rankings${query}`)).json()) as RankingRow[];
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (.+)$`, 'm').exec(await votes.registry.metrics())?.[1]);
const streams = () => metric('anb_ranking_streams');
const raise = (videoId = video) =>
  admin`insert into votes.tallies values (${videoId}, 1) on conflict (video_id) do update set votes = tallies.votes + 1`;

interface Told {
  id: string;
  rows: RankingRow[];
}

/** A client that notes what it is told. */
async function listen({ query = '', headers = {} as Record<string, string> } = {}) {
  const gone = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}${path}${query}`, { headers, signal: gone.signal });
  const client = { answer, text: '', told: [] as Told[], isOver: false, leave: () => gone.abort() };
  const note = new WritableStream<string>({
    write: (chunk) => {
      client.text += chunk;
      const events = client.text.matchAll(/event: ranking\nid: (.*)\ndata: (.*)\n\n/g);
      client.told = [...events].map(([, id = '', data = '']) => ({ id, rows: JSON.parse(data) }));
    },
  });
  const over = () => {
    client.isOver = true;
  };
  answer.body?.pipeThrough(new TextDecoderStream()).pipeTo(note).then(over, over);
  return client;
}
const untilTold = (client: Awaited<ReturnType<typeof listen>>, count: number) =>
  vi.waitFor(() => expect(client.told.length).toBeGreaterThanOrEqual(count), { timeout: 5000, interval: 10 });

describe('GET /api/public/rankings/stream', () => {
  test('tells the first page now and again when it changes, as the ranking answers it', async () => {
    const client = await listen();
    expect(client.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(client.answer.headers.get('cache-control')).toBe('no-cache');
    await untilTold(client, 1);
    expect(client.told[0]?.rows).toEqual(await page());
    await vi.waitFor(() => expect(client.text).toMatch(/^retry: [23]\d{3}$/m));
    await raise();
    await untilTold(client, 2);
    const rows = client.told.at(-1)?.rows;
    expect(rows?.find(({ video_id }) => video_id === video)?.votes).toBe(1);
    expect(rows).toEqual(await page());
    client.leave();
  });

  test('at most twice a second, and the last state always', async () => {
    const client = await listen();
    await untilTold(client, 1);
    const from = performance.now();
    const until = from + 2500;
    let raised = 0;
    for (; performance.now() < until; raised++) {
      await raise();
      await sleep(20);
    }
    await vi.waitFor(
      () => expect(client.told.at(-1)?.rows.find(({ video_id }) => video_id === video)?.votes).toBe(raised),
      2000,
    );
    const seconds = (performance.now() - from) / 1000;
    expect(client.told.length).toBeGreaterThan(3);
    expect(client.told.length).toBeLessThanOrEqual(2 + seconds * 2);
    client.leave();
  });

  test('of a city hears of that city alone', async () => {
    const [cali, pasto] = [await listen({ query: '?city=CALI' }), await listen({ query: '?city=Pasto' })];
    await Promise.all([untilTold(cali, 1), untilTold(pasto, 1)]);
    expect(pasto.told[0]?.rows).toEqual([]);
    await raise();
    await untilTold(cali, 2);
    expect(cali.told.at(-1)?.rows).toEqual(await page('?city=cali'));
    await sleep(600);
    expect(pasto.told).toHaveLength(1);
    cali.leave();
    pasto.leave();
  });

  test('tells who comes back only what is new', async () => {
    const first = await listen();
    await untilTold(first, 1);
    first.leave();
    const headers = { 'last-event-id': first.told[0]?.id ?? '' };
    const again = await listen({ headers });
    await vi.waitFor(() => expect(again.text).toContain('retry:'));
    expect(again.told).toEqual([]);
    await raise();
    await untilTold(again, 1);
    again.leave();
    const late = await listen({ headers });
    await untilTold(late, 1);
    late.leave();
  });

  test('is compressed for who takes it, the same bytes for all, and never ends in the middle', async () => {
    const raw = async () => {
      const socket = await open({ 'accept-encoding': 'br, gzip' });
      let text = '';
      let head = '';
      const gunzip = createGunzip().on('data', (chunk) => {
        text += chunk;
      });
      socket.on('data', (chunk: Buffer) => {
        const at = head ? 0 : chunk.indexOf('\r\n\r\n') + 4;
        head ||= chunk.subarray(0, at).toString();
        for (const part of chunks(chunk.subarray(at))) gunzip.write(part);
      });
      return { socket, head: () => head, text: () => text };
    };
    const [one, plain] = [await raw(), await listen({ headers: { 'accept-encoding': 'identity' } })];
    await untilTold(plain, 1);
    await raise();
    await untilTold(plain, 2);
    await vi.waitFor(() => {
      expect(one.head()).toMatch(/content-encoding: gzip/i);
      const events = (text: string) => text.match(/^event: ranking\nid: .*\ndata: .*$/gm);
      expect(events(one.text())).toEqual(events(plain.text));
    }, 3000);
    expect(plain.answer.headers.get('content-encoding')).toBeNull();
    one.socket.destroy();
    plain.leave();
  });

  test('says that it is still there', async () => {
    const client = await listen();
    await vi.waitFor(
      () => expect(client.text.match(/^event: here\ndata:\n\n/gm)?.length).toBeGreaterThan(1),
      3000,
    );
    client.leave();
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['is gone', (socket) => socket.destroy()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
  ])('forgets a client that %s', async (_how, leave) => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open()));
    await vi.waitFor(async () => expect(await streams()).toBe(20), 3000);
    for (const socket of sockets) leave(socket);
    await vi.waitFor(async () => expect(await streams()).toBe(0), 3000);
  });

  test('is nothing to who asks with HEAD', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD' });
    expect([answer.status, await streams()]).toEqual([200, 0]);
  });

  test('lets go of a client that does not read', async () => {
    const socket = await open();
    await vi.waitFor(async () => expect(await streams()).toBe(1), 3000);
    socket.pause();
    // What the kernel keeps for a client is large: events of half a megabyte fill it.
    const title = 'x'.repeat(500_000);
    const id = await createVideo(admin, (await votes.players.signUp()).id, { title });
    const deadline = performance.now() + 40_000;
    while ((await streams()) > 0 && performance.now() < deadline) {
      await raise(id);
      await sleep(200);
    }
    expect(await streams()).toBe(0);
    socket.destroy();
    await admin`delete from votes.tallies where video_id = ${id}`;
    await admin`delete from videos.videos where id = ${id}`;
  }, 50_000);

  test('is refused beyond an address’ share of the cap', async () => {
    const clients = await Promise.all(Array.from({ length: 25 }, () => listen()));
    await vi.waitFor(async () => expect(await streams()).toBe(25), 3000);
    const refused = await listen();
    expect([refused.answer.status, refused.answer.headers.get('retry-after')]).toEqual([503, '2']);
    for (const client of clients) client.leave();
  });

  test.each(['?city=', `?city=${'x'.repeat(101)}`])('refuses %s', async (query) => {
    expect((await listen({ query })).answer.status).toBe(400);
  });
});

test('streams are refused beyond the cap of all addresses together', async () => {
  const { standings, pages } = votes;
  const feed = new RankingFeed({ standings, pages, registry: votes.dependencies().registry, maxStreams: 8 });
  const app = createApp(votes.dependencies({ feed, trustedProxyHops: 1 }));
  const watch = async (n: number) => {
    const answer = await app.request(path, { headers: { 'x-forwarded-for': `192.0.2.${n}` } });
    await answer.body?.getReader().read();
    return answer.status;
  };
  const watching = await Promise.all(Array.from({ length: 8 }, (_, n) => watch(n)));
  expect(new Set(watching)).toEqual(new Set([200]));
  expect(await watch(8)).toBe(503);
  feed.drain();
});

test('draining ends the streams, with a pause of its own for each, and takes no more', async () => {
  const { standings, pages } = votes;
  const feed = new RankingFeed({
    standings,
    pages,
    registry: votes.dependencies().registry,
    maxStreams: 100,
  });
  const lines: { message: string; status?: number }[] = [];
  const log = createLog('votes', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const app = createApp(votes.dependencies({ feed, log }));
  const texts = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const answer = await app.request(path);
      setTimeout(() => feed.drain(), 200);
      return answer.text();
    }),
  );
  const pauses = texts.map((text) => /retry: (\d+)\n\n$/.exec(text)?.[1]);
  expect(new Set(pauses).size).toBeGreaterThan(1);
  lines.length = 0;
  expect((await app.request(path)).status).toBe(503);
  // Thousands may come back at once: a line each, which is no fault of the program.
  expect(lines).toMatchObject([{ message: 'request', status: 503 }]);
});

/** A connection that has asked for the stream. */
async function open(headers: Record<string, string> = {}): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const lines = Object.entries({ host: 'anb', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'readable');
  socket.resume();
  return socket;
}

/** Of a chunked body that comes in whole chunks. */
function* chunks(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.subarray(at, line).toString(), 16);
    yield body.subarray(line + 2, line + 2 + length);
    at = line + 4 + length;
  }
}
