import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Clients of a stream of events as their own process, told what to do by messages. */
export type Order = { open: string; clients: number } | { reset: number } | { collect: true };

/** How long after the first client the others had an event: of every event since the last order, in milliseconds. */
export interface Collected {
  events: number;
  /** Of clients that were connected and did not have an event. */
  missed: number;
  p50: number;
  p99: number;
  max: number;
  bytes: number;
}

const AT_ONCE = 100;
/** What is smaller is a sign of life. */
const EVENT_BYTES = 200;
/** Two events are further apart. */
const SAME_EVENT_MS = 300;

const sockets = new Set<Socket>();
/** When each client had each event. */
let arrivals: number[] = [];
let bytes = 0;

async function open(url: string): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // As a browser asks.
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\naccept-encoding: gzip\r\n\r\n`,
  );
  const begun = Promise.withResolvers<void>();
  const read = chunkReader((size) => {
    begun.resolve();
    if (size < EVENT_BYTES) return;
    arrivals.push(performance.now());
    bytes += size;
  });
  socket.on('data', read);
  socket.once('close', () => {
    begun.reject(new Error('a stream ended'));
    sockets.delete(socket);
  });
  socket.on('error', () => {});
  await begun.promise;
  begun.promise.catch(() => {});
  sockets.add(socket);
}

/** Tells of every whole chunk of an answer's body. */
function chunkReader(onChunk: (size: number) => void) {
  let rest: Buffer = Buffer.alloc(0);
  let isBody = false;
  return (data: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    if (!isBody) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [status] = rest.toString('latin1').split('\r\n', 1);
      if (status !== 'HTTP/1.1 200 OK') throw new Error(status);
      isBody = true;
      rest = rest.subarray(end + 4);
    }
    for (;;) {
      const line = rest.indexOf('\r\n');
      if (line === -1) return;
      const size = Number.parseInt(rest.toString('latin1', 0, line), 16);
      const end = line + 2 + size + 2;
      if (rest.length < end) return;
      rest = rest.subarray(end);
      onChunk(size);
    }
  };
}

function collect(): Collected {
  const groups: number[][] = [];
  let last = -Infinity;
  for (const at of arrivals.toSorted((a, b) => a - b)) {
    if (at - last > SAME_EVENT_MS) groups.push([]);
    groups.at(-1)?.push(at);
    last = at;
  }
  const waits = groups.flatMap((group) => group.map((at) => at - (group[0] ?? 0))).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(waits[Math.floor((waits.length - 1) * share)] ?? 0);
  const missed = groups.reduce((sum, group) => sum + Math.abs(sockets.size - group.length), 0);
  const collected = { events: groups.length, missed, p50: at(0.5), p99: at(0.99), max: at(1), bytes };
  arrivals = [];
  bytes = 0;
  return collected;
}

async function obey(order: Order): Promise<unknown> {
  if ('open' in order) {
    for (let left = order.clients; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, () => open(order.open)));
    }
    arrivals = [];
    return { open: sockets.size };
  }
  if ('reset' in order) {
    for (const socket of [...sockets].slice(0, order.reset)) {
      sockets.delete(socket);
      socket.resetAndDestroy();
    }
    return { open: sockets.size };
  }
  return collect();
}

process.on('message', async (order: Order) => process.send?.(await obey(order)));
process.on('disconnect', () => process.exit(0));
