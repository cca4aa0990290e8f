import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Offline } from '../src/client/api.ts';
import { readEvents, type ServerEvent } from '../src/client/event-stream.ts';

/** What a server writes, as a browser hears it. */
async function hear(write: (response: ServerResponse) => void, silenceMs?: number): Promise<ServerEvent[]> {
  const server = createServer((_request, response) => write(response));
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: ServerEvent[] = [];
  for await (const event of readEvents(body ?? new ReadableStream(), silenceMs)) heard.push(event);
  return heard;
}

const state = (progress: number) => ({ event: 'state', data: `{"progress":${progress}}` });

test('events are heard in their order, comments are not', async () => {
  const text = 'event: state\ndata: {"progress":1}\n\n: still here\n\nevent: state\ndata: {"progress":2}\n\n';
  expect(await hear((response) => void response.end(text))).toEqual([state(1), state(2)]);
});

test('wherever the network cuts them, also within a letter', async () => {
  const bytes = Buffer.from('event: state\ndata: "Señal"\n\n');
  const heard = await hear(async (response) => {
    for (const byte of bytes) {
      response.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  });
  expect(heard).toEqual([{ event: 'state', data: '"Señal"' }]);
});

test('an event that breaks off is not one', async () => {
  const text = 'event: state\ndata: {"progress":1}\n\nevent: state\ndata: {"pro';
  expect(await hear((response) => void response.end(text))).toEqual([state(1)]);
});

test('data over several lines stay together', async () => {
  expect(await hear((response) => void response.end('data: a\ndata: b\n\n'))).toEqual([
    { event: 'message', data: 'a\nb' },
  ]);
});

test('a stream that falls silent is given up', async () => {
  await expect(hear((response) => response.write(': hello\n\n'), 100)).rejects.toThrow(Offline);
});
