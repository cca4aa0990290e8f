import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createUpstream } from '../src/upstream.ts';

async function upstreamOf(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createUpstream({ votesUrl: url, videosUrl: url });
}

const unavailable = expect.objectContaining({ status: 503, code: 'unavailable' });

test('a service whose headers come and whose body does not is away', async () => {
  const { rankings } = await upstreamOf((_, answer) => void answer.writeHead(200).write('[{'));
  await expect(rankings({})).rejects.toEqual(unavailable);
});

test.each([429, 500, 503])('a service that answers %i is away', async (status) => {
  const { stats } = await upstreamOf((_, answer) => void answer.writeHead(status).end('{}'));
  await expect(stats()).rejects.toEqual(unavailable);
});

test('what a service refuses is an empty list, or nothing', async () => {
  const { videos, video } = await upstreamOf((_, answer) => void answer.writeHead(400).end('{}'));
  expect(await videos({})).toEqual({ rows: [], total: 0 });
  expect(await video('x')).toBeNull();
});
