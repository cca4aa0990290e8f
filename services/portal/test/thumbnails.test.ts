import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser, phone } from '@anb/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Poster } from '../src/components/poster.tsx';

const rendered = (src: string, isFirst = false) => renderToString(h(Poster, { src, isFirst }));

describe('a picture in a list', () => {
  test.each([
    ['behind the gateway', 'http://127.0.0.1:8080/media/a/b'],
    ['on a CDN', 'https://cdn.example.org/anb/a/b'],
  ])('is the thumbnail %s, which stands beside the poster', (_where, folder) => {
    expect(rendered(`${folder}/poster.jpg`)).toBe(
      `<img class="poster" src="${folder}/thumbnail.jpg" alt width="480" height="270" decoding="async" loading="lazy"/>`,
    );
  });

  test('is waited for by nobody, unless it is among the first', () => {
    expect(rendered('/media/a/b/poster.jpg', true)).toMatch(/ fetchpriority="high"\/>$/);
  });

  test('is the poster where its address is signed', () => {
    const signed = 'https://store.example/withheld/a/b/poster.jpg?X-Amz-Signature=1';
    expect(rendered(signed)).toContain(`src="${signed}"`);
  });
});

/** Of the videos at its address; all have a poster but the lost one, and only the new one has a thumbnail. */
const html = `<!doctype html>
  ${['old', 'lost', 'new'].map((video) => rendered(`/media/${video}/1/poster.jpg`, true)).join('')}
  <div style="height: 9000px"></div>${rendered('/media/below/1/poster.jpg')}
  <script type="module">
    import { showPostersInstead } from '/client/missing-thumbnails.ts';
    showPostersInstead();
  </script>`;
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"/>';
const pictures = /^\/media\/(new\/1\/thumbnail|(old|below)\/1\/poster)\.jpg$/;
const SCRIPT_MS = 500;

async function answerTo(path: string): Promise<[status: number, type: string, body: string]> {
  if (path === '/') return [200, 'text/html', html];
  if (!path.endsWith('.ts'))
    return pictures.test(path) ? [200, 'image/svg+xml', picture] : [404, 'text/plain', ''];
  // Later than the first pictures have failed.
  await sleep(SCRIPT_MS);
  const source = readFileSync(new URL(`../src${path}`, import.meta.url), 'utf8');
  return [200, 'text/javascript', stripTypeScriptTypes(source)];
}

describe('a browser', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer(async ({ url = '' }, response) => {
      asked.push(url);
      const [status, type, body] = await answerTo(url);
      response.writeHead(status, { 'content-type': type }).end(body);
    }).listen(0, '127.0.0.1');
    browser = await openBrowser();
    page = await browser.newPage(phone);
  });
  afterAll(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  });

  const untilShown = (video: string, file: string) =>
    vi.waitFor(async () => {
      const loaded = await page.evaluate(() =>
        [...document.images]
          .filter(({ naturalWidth }) => naturalWidth > 0)
          .map(({ currentSrc }) => currentSrc),
      );
      expect(loaded.filter((url) => url.includes(`/${video}/`)).join()).toMatch(new RegExp(`/${file}$`));
    }, 10_000);

  test('shows the poster of a video that has no thumbnail, whenever that turns out', async () => {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await untilShown('new', 'thumbnail.jpg');
    await untilShown('old', 'poster.jpg');
    const failed = asked.indexOf('/media/old/1/thumbnail.jpg');
    expect(failed).toBeLessThan(asked.indexOf('/client/missing-thumbnails.ts'));

    expect(asked).not.toContain('/media/below/1/thumbnail.jpg');
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await untilShown('below', 'poster.jpg');
    expect(asked.filter((url) => url.startsWith('/media/lost/'))).toEqual([
      '/media/lost/1/thumbnail.jpg',
      '/media/lost/1/poster.jpg',
    ]);
  });
});
