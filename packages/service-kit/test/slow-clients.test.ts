import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { letGo, patience } from '../src/slow-clients.ts';

const HEADERS_MS = 300;
const CROWD = 300;
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

async function listening(timeouts: object = {}) {
  const quick = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 50, ...timeouts };
  const server = createServer({ ...patience(), ...quick }, (_request, response) => response.end('ok'));
  letGo(server);
  open.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

interface Client {
  socket: Socket;
  heard: () => string;
  closed: Promise<unknown>;
}

function client(port: number): Client {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return { socket, heard: () => heard, closed };
}

/** Writes byte by byte, never to the end. */
async function dribble({ socket }: Client, text: string): Promise<void> {
  for (const byte of text) {
    if (!socket.writable) return;
    socket.write(byte);
    await sleep(20);
  }
}

describe('a server', () => {
  test('hangs up on a crowd that sends its headers byte by byte, or nothing at all, and answers others meanwhile', async () => {
    const port = await listening();
    const crowd = Array.from({ length: CROWD }, () => client(port));
    for (const [place, one] of crowd.entries())
      if (place % 2) void dribble(one, `GET / HTTP/1.1\r\nx: ${'a'.repeat(5000)}`);
    await Promise.all(crowd.map(({ socket }) => once(socket, 'connect')));

    let slowest = 0;
    const gone = Promise.all(crowd.map(({ closed }) => closed)).then(() => 'gone');
    while ((await Promise.race([gone, sleep(50)])) !== 'gone') {
      const since = performance.now();
      expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - since);
    }
    expect(slowest).toBeLessThan(5000);
    // Of the others the answer may be lost: what they still write meets a closed connection.
    for (const { heard } of crowd.filter((_, place) => place % 2 === 0))
      expect(heard()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('keeps an idle connection for longer than headers may take', async () => {
    const port = await listening();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const asked = get(`http://127.0.0.1:${port}`, { agent });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      await answer.toArray();
      return asked.reusedSocket;
    };
    await ask();
    await sleep(3 * HEADERS_MS);
    expect(await ask()).toBe(true);
    agent.destroy();
  });

  test('hangs up on who dribbles the headers of a second request', async () => {
    const one = client(await listening());
    one.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nx: ');
    void dribble(one, 'a'.repeat(5000));
    await one.closed;
    expect(one.heard()).toMatch(/^HTTP\/1.1 200 .*HTTP\/1.1 408 /s);
  });

  test.each(['GET', 'POST'])(
    'hangs up on who goes on sending a body after the answer to a %s',
    async (method) => {
      const one = client(await listening());
      one.socket.write(`${method} / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n`);
      void dribble(one, 'a'.repeat(5000));
      await one.closed;
      expect(one.heard()).toMatch(/^HTTP\/1.1 200 .*ok$/s);
    },
  );

  test('keeps nothing of requests that were answered before their body came', async () => {
    const port = await listening();
    const [server] = open;
    const connected = once(server as Server, 'connection');
    const one = client(port);
    const [theirs] = (await connected) as [Socket];
    const listeners = theirs.listenerCount('close');
    for (let asked = 1; asked <= 20; asked++) {
      one.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n');
      while (one.heard().split('200 OK').length <= asked) await once(one.socket, 'data');
      one.socket.write('a');
    }
    await vi.waitFor(() => expect(theirs.listenerCount('close')).toBe(listeners));
    expect(theirs.destroyed).toBe(false);
    one.socket.destroy();
  });

  test('waits for a body no longer than it says', async () => {
    const port = await listening({ requestTimeout: 600 });
    const [server] = open;
    server?.removeAllListeners('request').on('request', (request) => request.resume());
    const one = client(port);
    one.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n');
    void dribble(one, 'a'.repeat(5000));
    await one.closed;
    expect(one.heard()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('has the timeouts that a deployment counts on', () => {
    const loadBalancerIdleMs = 120_000;
    const { keepAliveTimeout, headersTimeout, requestTimeout } = patience();
    expect(keepAliveTimeout).toBeGreaterThan(loadBalancerIdleMs);
    expect(headersTimeout).toBeLessThanOrEqual(15_000);
    expect(requestTimeout).toBeLessThanOrEqual(30_000);
  });
});
