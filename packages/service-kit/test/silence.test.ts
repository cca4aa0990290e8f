import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDependencyAway } from '../src/errors.ts';
import { ObjectStore } from '../src/objects.ts';
import { JobQueue } from '../src/queue.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

// Takes every connection, sends the head of an answer when it is to, and then nothing more.
const sockets = new Set<Socket>();
let answer = '';
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).on('data', () => socket.write(answer));
});
const folder = mkdtempSync(join(tmpdir(), 'anb-silence-'));
let at: { region: string; endpoint: string; silenceMs: number };

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  at = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, silenceMs: 300 };
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

const away = (promise: Promise<unknown>) => promise.then(() => 'done', isDependencyAway);

test('a store that falls silent is away', async () => {
  answer = '';
  const store = new ObjectStore({ ...at, bucket: 'clips' });
  expect(await away(store.head('clip'))).toBe(true);
  store.close();
});

test('a store that falls silent in the middle of an object is away', async () => {
  answer = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf';
  const store = new ObjectStore({ ...at, bucket: 'clips' });
  expect(await away(store.download('clip', join(folder, 'clip'), new AbortController().signal))).toBe(true);
  store.close();
});

test('a queue that falls silent is away', async () => {
  answer = '';
  const queue = new JobQueue({ ...at, queueUrl: `${at.endpoint}/000000000000/jobs` });
  expect(await away(queue.receive(0, 30))).toBe(true);
  queue.close();
});
