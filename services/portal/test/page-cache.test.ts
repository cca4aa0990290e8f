import { setTimeout } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { PageCache } from '../src/page-cache.ts';

let cache: PageCache;
beforeEach(() => {
  cache = new PageCache('<p>no such page</p>');
});

const FRESH_MS = 400;

test('who asks while a page is made waits for it, and it is made once', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let made = 0;
  const render = () => {
    made++;
    return promise;
  };
  const pages = [cache.get('/', render), cache.get('/', render)];
  await setTimeout(FRESH_MS + 50);
  pages.push(cache.get('/', render));
  resolve('<p>1</p>');
  expect(new Set(await Promise.all(pages)).size).toBe(1);
  expect(made).toBe(1);
});

test('its age counts from when it was begun, and one of the same content is compressed once', async () => {
  const slow = async () => {
    await setTimeout(FRESH_MS / 2);
    return '<p>1</p>';
  };
  const first = await cache.get('/', slow);
  const compressed = first.encoded('br');
  await setTimeout(FRESH_MS / 2 + 50);
  const next = await cache.get('/', async () => '<p>2</p>');
  expect(new TextDecoder().decode(next.body)).toBe('<p>2</p>');
  await setTimeout(FRESH_MS + 50);
  const same = await cache.get('/', async () => '<p>2</p>');
  expect(same).toBe(next);
  expect(brotliDecompressSync(await compressed).toString()).toBe('<p>1</p>');
  expect(gunzipSync(await same.encoded('gzip')).toString()).toBe('<p>2</p>');
});

test('a failure is nobody else’s, and is not kept', async () => {
  const failure = new Error('away');
  await expect(cache.get('/', () => Promise.reject(failure))).rejects.toBe(failure);
  const page = await cache.get('/', async () => '<p>back</p>');
  expect([page.status, new TextDecoder().decode(page.body)]).toEqual([200, '<p>back</p>']);
});

test('one that failed late leaves alone what has come since', async () => {
  const { promise, reject } = Promise.withResolvers<string>();
  const late = cache.get('/', () => promise);
  // Other pages make it forgotten.
  const long = 'x'.repeat(5 * 1024 * 1024);
  for (let n = 0; n < 6; n++) await cache.get(`/${n}`, async () => `${n}${long}`);
  const page = await cache.get('/', async () => '<p>new</p>');
  reject(new Error('away'));
  await expect(late).rejects.toThrow('away');
  expect(await cache.get('/', async () => '<p>newer</p>')).toBe(page);
});

test('pages that there are not are one', async () => {
  const pages = await Promise.all(['/a', '/b'].map((key) => cache.get(key, async () => null)));
  expect(pages[0]).toBe(pages[1]);
  expect(pages[0]?.status).toBe(404);
  expect(await pages[0]?.encoded('br')).toBe(await pages[1]?.encoded('br'));
});
