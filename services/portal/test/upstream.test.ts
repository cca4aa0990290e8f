import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createUpstream, ifThere } from '../src/upstream.ts';

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

test('the contest and its cities stand in for themselves while votes is away, or hangs', async () => {
  let isThere: boolean | undefined = true;
  const { contest, cities, stats } = await upstreamOf(({ url }, answer) => {
    if (isThere === undefined) return;
    answer
      .writeHead(isThere ? 200 : 500)
      .end(JSON.stringify(url?.endsWith('cities') ? ['Cali'] : { open: true }));
  });
  expect([await contest(), await cities()]).toEqual([{ open: true }, ['Cali']]);
  for (const there of [false, undefined]) {
    isThere = there;
    expect([await contest(), await cities()]).toEqual([{ open: true }, ['Cali']]);
    expect(await ifThere(stats())).toBeUndefined();
  }
});
