import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { openBrowser } from '@anb/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { browserTransport } from '../src/client/browser-transport.ts';

declare global {
  var transport: typeof browserTransport;
}

const SIZE = 3_000_000;
const html = `<!doctype html><script type="module">
  import { browserTransport } from '/client/browser-transport.ts';
  globalThis.transport = browserTransport;
</script>`;

let server: Server;
let browser: Browser;
let page: Page;
const arrived = new Map<string, number>();

beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => globalThis.transport);
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

async function answer(request: IncomingMessage, response: ServerResponse) {
  const { url = '', method } = request;
  if (method === 'GET' && url === '/') return void response.end(html);
  if (method === 'GET') {
    const source = readFileSync(new URL(`../src${url}`, import.meta.url), 'utf8');
    return void response.setHeader('content-type', 'text/javascript').end(stripTypeScriptTypes(source));
  }
  if (url === '/hanging') return void request.pause();
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (url === '/broken') return void request.destroy();
  }
  arrived.set(url, bytes);
  if (url === '/good') response.setHeader('etag', '"abc"');
  response.writeHead(url === '/old' ? 403 : 200).end();
}

/** @param isStopped stopped after 300 ms */
const put = (url: string, isStopped = false) =>
  page.evaluate(
    async ({ url, size, isStopped }) => {
      const sent: number[] = [];
      const stop = new AbortController();
      if (isStopped) setTimeout(() => stop.abort(), 300);
      const options = { onSent: (bytes: number) => sent.push(bytes), signal: stop.signal };
      return transport.put(url, new Blob([new Uint8Array(size)]), options).then(
        (etag) => ({ etag, sent }),
        (error) => ({ error: error.constructor.name, name: error.name, status: error.status, sent }),
      );
    },
    { url, size: SIZE, isStopped },
  );

test('a part is put whole, and told how far it is', async () => {
  const { etag, sent } = (await put('/good')) as { etag: string; sent: number[] };
  expect(etag).toBe('"abc"');
  expect(arrived.get('/good')).toBe(SIZE);
  expect(sent.at(-1)).toBe(SIZE);
  expect(sent).toEqual(sent.toSorted((a, b) => a - b));
});

test.each([
  ['refuses it', '/old', { error: 'StoreRefusal', status: 403 }],
  ['does not say what it has', '/mute', { error: 'StoreRefusal', status: 200 }],
  ['breaks off', '/broken', { error: 'Offline' }],
])('a store that %s is told apart', async (_what, url, expected) => {
  expect(await put(url)).toMatchObject(expected);
});

test('it stops when it is asked to', async () => {
  expect(await put('/hanging', true)).toMatchObject({ name: 'AbortError' });
});

test('it does not wait for an answer once the network is gone, and rests until it is back', async () => {
  const outcome = put('/hanging');
  const resting = page.evaluate(async () => {
    const begun = performance.now();
    await transport.rest(60_000, new AbortController().signal);
    return performance.now() - begun;
  });
  await page.context().setOffline(true);
  expect(await outcome).toMatchObject({ error: 'Offline' });
  await page.context().setOffline(false);
  expect(await resting).toBeLessThan(30_000);
});
