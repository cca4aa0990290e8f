import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Offline, Refusal, request } from '../src/client/api.ts';

async function ask(answer: RequestListener, signal?: AbortSignal) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return request('GET', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { signal });
}

test('an answer that breaks off on its way is none', async () => {
  const asked = ask((_, answer) => {
    answer.writeHead(200, { 'Content-Length': 100 }).write('[{"video_id":', () => answer.destroy());
  });
  await expect(asked).rejects.toThrow(Offline);
});

test('one that is given up for meanwhile is given up, not lost', async () => {
  const asked = ask((_, answer) => void answer.writeHead(200).write('['), AbortSignal.timeout(200));
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('without JSON it is undefined, or a refusal of its status', async () => {
  expect(await ask((_, answer) => void answer.writeHead(204).end())).toBeUndefined();
  const refused = ask((_, answer) => void answer.writeHead(502).end('<h1>Bad Gateway</h1>'));
  await expect(refused).rejects.toEqual(expect.objectContaining({ status: 502, code: 'unknown' }));
  await expect(refused).rejects.toThrow(Refusal);
});
