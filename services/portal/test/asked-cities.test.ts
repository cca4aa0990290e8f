import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry } from '@anb/service-kit/metrics';
import { keptLog } from '@anb/testing/logs';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { readAssets } from '../src/assets.ts';

/** A contest of which nobody has a video yet. */
const answers: Record<string, unknown> = {
  '/api/public/cities': [{ city: 'Bogotá', contest: true, videos: 0, votes: 0, players: 0 }],
  '/api/public/stats': { videos: 0, votes: 0, players: 0, cities: 0 },
  '/api/public/contest': { open: true },
};
const asked: string[] = [];
const services = createServer(({ url = '' }, answer) => {
  asked.push(url);
  const [path = ''] = url.split('?');
  answer.setHeader('X-Total-Count', '0').end(JSON.stringify(answers[path] ?? []));
}).listen(0, '127.0.0.1');
await once(services, 'listening');
afterAll(() => void services.close().closeAllConnections());
const url = `http://127.0.0.1:${(services.address() as AddressInfo).port}`;

const app = createApp({
  log: keptLog('portal'),
  registry: createRegistry('portal', '0.0.0'),
  votesUrl: url,
  videosUrl: url,
  publicUrl: 'https://showcase.example.com',
  mediaBaseUrl: 'https://cdn.example.com/media',
  maxUploadMegabytes: 500,
  assets: readAssets(new URL('../dist/client/', import.meta.url)),
});

const headOf = async (path: string) =>
  (await (await app.request(path)).text()).split('</head>')[0]?.replace(/<style>.*<\/style>/s, '');

test.each(['/rankings', '/videos'])('%s says of the contest’s cities what they are', async (path) => {
  const head = await headOf(`${path}?ciudad=Bogot%C3%A1`);
  expect(head).toMatch(/<title>[^<]*Bogotá/);
  expect(head).toContain(`rel="canonical" href="https://showcase.example.com${path}?ciudad=Bogot%C3%A1"`);
});

test.each(['/rankings', '/videos'])(
  '%s tells search engines and previews nothing that only its address says',
  async (path) => {
    const answer = await app.request(`${path}?ciudad=Gana+un+carro`);
    expect(answer.status).toBe(200);
    const head = await headOf(`${path}?ciudad=Gana+un+carro`);
    expect(head).not.toContain('carro');
    expect(head).not.toContain('property="og:');
    expect(head).toContain('<meta name="robots" content="noindex"');
  },
);

test.each(['/rankings', '/videos'])('%s has no page behind its last', async (path) => {
  expect((await app.request(path)).status).toBe(200);
  expect((await app.request(`${path}?pagina=2`)).status).toBe(404);
});

test('at random videos come in another order each minute, which their pages keep', async () => {
  const seedOf = async (query: string) => {
    asked.length = 0;
    await app.request(`/videos?orden=azar&${query}`);
    const [videos] = asked.filter((url) => url.startsWith('/api/public/videos'));
    return new URLSearchParams(videos?.split('?')[1]).get('seed');
  };
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T12:00:10Z') });
  onTestFinished(() => void vi.useRealTimers());
  const [first, same] = [await seedOf('q=a'), await seedOf('q=b')];
  vi.setSystemTime('2026-11-22T12:01:10Z');
  expect([first === same, (await seedOf('q=c')) === first]).toEqual([true, false]);
  expect(await seedOf('semilla=7')).toBe('7');
});
