import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createRegistry } from '@anb/service-kit/metrics';
import { keptLog } from '@anb/testing/logs';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { readAssets } from '../src/assets.ts';

/** Of services that know no video. */
const services = createServer((_, answer) => void answer.writeHead(404).end('{}')).listen(0, '127.0.0.1');
await once(services, 'listening');
afterAll(() => void services.close().closeAllConnections());
const url = `http://127.0.0.1:${(services.address() as AddressInfo).port}`;

const registry = createRegistry('portal', '0.0.0');
const settings = {
  log: keptLog('portal'),
  votesUrl: url,
  videosUrl: url,
  publicUrl: 'https://showcase.example.com',
  mediaBaseUrl: 'https://cdn.example.com/media',
  storeOrigin: 'https://clips.s3.us-east-1.amazonaws.com',
  maxUploadMegabytes: 500,
  assets: readAssets(new URL('../dist/client/', import.meta.url)),
};
const app = createApp({ ...settings, registry });

test('pages are counted by route, never by address', async () => {
  for (const path of [
    `/videos/${crypto.randomUUID()}`,
    `/videos/${crypto.randomUUID()}`,
    '/nada',
    '/assets/x.js',
  ])
    expect((await app.request(path)).status, path).toBe(404);
  const { values } = (await registry.getMetricsAsJSON()).find(
    ({ name }) => name === 'anb_http_request_duration_seconds',
  ) ?? { values: [] };
  const routes = new Set(values.map(({ labels }) => labels.route));
  expect([...routes].sort()).toEqual(['/*', '/assets/:name', '/videos/:id']);
});

test('a page lets browsers go to the store for clips and uploads, and to a CDN for media', async () => {
  const answer = await app.request('/entrar');
  const policy = answer.headers.get('content-security-policy') ?? '';
  const sources = (directive: string) => new RegExp(`${directive} ([^;]*)`).exec(policy)?.[1]?.split(' ');
  const elsewhere = ['https://cdn.example.com', 'https://clips.s3.us-east-1.amazonaws.com'];
  for (const directive of ['media-src', 'img-src', 'connect-src'])
    expect(sources(directive), directive).toEqual(expect.arrayContaining(elsewhere));
  expect(sources('script-src')).toEqual(["'self'"]);
});

test('no text becomes markup or a script in a page, but where a challenge is configured', async () => {
  const challenge = { script: 'https://challenges.example.com/api.js', siteKey: 'key' };
  const policyOf = async (more = {}) => {
    const { headers } = await createApp({
      ...settings,
      ...more,
      registry: createRegistry('portal', '0.0.0'),
    }).request('/entrar');
    return headers.get('content-security-policy');
  };
  const trusted = "require-trusted-types-for 'script'; trusted-types 'none'";
  expect(await policyOf()).toContain(trusted);
  expect(await policyOf({ challenge })).not.toContain('trusted-types');
});

test('a page that can not be made now leads back to itself', async () => {
  const away = 'http://127.0.0.1:1';
  const without = createApp({
    ...settings,
    registry: createRegistry('portal', '0.0.0'),
    votesUrl: away,
    videosUrl: away,
  });
  const answer = await without.request('/rankings?ciudad=Cali', {
    headers: { accept: 'text/html' },
  });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('href="https://showcase.example.com/rankings?ciudad=Cali"');
});

test('without votes a clip is still shown and shared, and the start says what the contest is', async () => {
  const video = {
    video_id: crypto.randomUUID(),
    title: 'Triple',
    user_city: 'Cali',
    votes: 7,
    first_name: 'Ana',
    last_name: 'Ruiz',
    processed_at: new Date().toISOString(),
  };
  const contest = { open: true, opens_at: '2026-01-01T00:00:00Z', closes_at: null, finalists_per_city: 2 };
  let votesHang = false;
  const answers = createServer(({ url = '' }, answer) => {
    const isOfVideos = url.startsWith('/api/public/videos');
    if (votesHang && !isOfVideos) return;
    const body = url.endsWith('/contest')
      ? contest
      : url.includes(video.video_id)
        ? video
        : url.endsWith('/stats')
          ? {}
          : [];
    answer.writeHead(200, { 'X-Total-Count': '0' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(answers, 'listening');
  onTestFinished(() => void answers.close().closeAllConnections());
  const at = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
  const portal = createApp({
    ...settings,
    registry: createRegistry('portal', '0.0.0'),
    votesUrl: at,
    videosUrl: at,
  });
  expect((await portal.request('/terminos')).status).toBe(200);
  expect((await portal.request('/')).status).toBe(200);
  votesHang = true;
  const clip = await portal.request(`/videos/${video.video_id}`);
  expect([clip.status, await clip.text()]).toEqual([200, expect.stringContaining('Triple')]);
  await setTimeout(500);
  const start = await portal.request('/');
  expect([start.status, await start.text()]).toEqual([
    200,
    expect.stringContaining('no podemos mostrar el ranking'),
  ]);
});
