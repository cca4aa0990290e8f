import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Contest, OpenVideo, RankingRow } from '@anb/api-client/contract';
import { createRegistry } from '@anb/service-kit/metrics';
import { keptLog } from '@anb/testing/logs';
import { type ComponentType, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { readAssets } from '../src/assets.ts';
import type { ContestState } from '../src/contest-state.ts';
import ContestNotice from '../src/islands/contest-notice.tsx';
import ContestSentence from '../src/islands/contest-sentence.tsx';
import LiveRanking from '../src/islands/live-ranking.tsx';
import Upload from '../src/islands/upload.tsx';
import VoteButton from '../src/islands/vote-button.tsx';

const VIDEO = '0b54f9b0-6ba6-4d5c-9d53-6a8ab4f3a001';
const HOUR_MS = 3_600_000;
const from = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

const rules = { name: 'ANB', edition: '2026', finalists_per_city: 2, vote_goal: 3000 };
const contests: Record<ContestState, Contest> = {
  soon: { ...rules, open: false, opens_at: from(1), closes_at: from(100), result_frozen_at: null },
  open: { ...rules, open: true, opens_at: from(-1), closes_at: from(100), result_frozen_at: null },
  counting: { ...rules, open: false, opens_at: from(-100), closes_at: from(-1), result_frozen_at: null },
  final: { ...rules, open: false, opens_at: from(-100), closes_at: from(-2), result_frozen_at: from(-1) },
};
const video: OpenVideo = {
  ...{ video_id: VIDEO, user_id: 1, title: 'Triple', processed_url: '/clip.mp4', poster_url: '/poster.jpg' },
  ...{ uploaded_at: from(-200), processed_at: from(-200), duration_seconds: 30, votes: 7, is_public: true },
  ...{ user_first_name: 'Ana', user_last_name: 'Ríos', user_city: 'Cali' },
};
const row: RankingRow = {
  ...{ position: 1, video_id: VIDEO, username: 'Ana Ríos', title: 'Triple', city: 'Cali', votes: 7 },
  ...{ qualifies: true, video_url: '/clip.mp4', poster_url: '/poster.jpg' },
};
const place = { position: 1, videos: 1 };

let contest = contests.open;
const answers: Record<string, () => unknown> = {
  '/api/public/contest': () => contest,
  '/api/public/cities': () => [{ city: 'Cali', contest: true, videos: 1, votes: 7, players: 1 }],
  '/api/public/stats': () => ({ videos: 1, votes: 7, players: 1, cities: 1 }),
  '/api/public/rankings': () => [row],
  '/api/public/videos': () => [video],
  [`/api/public/videos/${VIDEO}`]: () => video,
  [`/api/public/rankings/videos/${VIDEO}`]: () => ({
    ...{ video_id: VIDEO, city: 'Cali', votes: 7, qualifies: true, national: place, in_city: place },
  }),
};
const services = createServer(({ url = '' }, answer) => {
  const [path = ''] = url.split('?');
  answer.setHeader('X-Total-Count', '1').end(JSON.stringify(answers[path]?.() ?? null));
}).listen(0, '127.0.0.1');
await once(services, 'listening');
afterAll(() => void services.close().closeAllConnections());
afterEach(() => void vi.useRealTimers());
const url = `http://127.0.0.1:${(services.address() as AddressInfo).port}`;
const assets = readAssets(new URL('../dist/client/', import.meta.url));

/** What previews and people read, by a portal of its own: others have pages that are still fresh. */
async function pageIn(state: ContestState, path: string): Promise<string> {
  contest = contests[state];
  const app = createApp({
    ...{ log: keptLog('portal'), registry: createRegistry('portal', '0.0.0'), assets },
    ...{ votesUrl: url, videosUrl: url, publicUrl: 'https://showcase.example.com' },
    ...{ mediaBaseUrl: 'https://cdn.example.com/media', maxUploadMegabytes: 500 },
  });
  const html = await (await app.request(path)).text();
  return html.replace(/<style>.*<\/style>|<footer.*<\/footer>/gs, '');
}

const VIDEO_PAGE = `/videos/${VIDEO}`;
const PAGES = ['/', '/videos', '/rankings', VIDEO_PAGE, '/subir', '/panel'];
const sentences: Record<ContestState, RegExp> = {
  soon: /La votación abre el /,
  open: /La votación está abierta hasta el /,
  counting: /La votación cerró el [^<]*\. El resultado está por confirmar\./,
  final: /La votación cerró el [^<]*\. El resultado es oficial\./,
};

describe.each(['soon', 'counting', 'final'] as const)('where votes do not count (%s)', (state) => {
  test.each(PAGES)('%s says so, and asks for no vote', async (path) => {
    const html = await pageIn(state, path);
    expect(html).toMatch(sentences[state]);
    expect(html).not.toMatch(/en votación|esperan tu voto|para votar|>Votar<|[Vv]ota por/);
  });
});

test.each(['/videos', '/rankings', VIDEO_PAGE])('while votes count %s needs no word of it', async (path) => {
  const html = await pageIn('open', path);
  for (const sentence of Object.values(sentences)) expect(html).not.toMatch(sentence);
});

test.each([
  ['/videos', 'Videos en votación'],
  ['/panel', 'Jugadas de todo el país que esperan tu voto.'],
  ['/subir', 'Entra a la votación apenas esté listo.'],
  [VIDEO_PAGE, 'content="Vota por Ana Ríos, de Cali. Ya tiene 7 votos."'],
  ['/', 'Comenzar ahora'],
])('while votes count %s says %s', async (path, words) => {
  expect(await pageIn('open', path)).toContain(words);
});

describe('who qualifies', () => {
  test.each<[ContestState, string]>([
    ['open', '>Va clasificando<'],
    ['counting', 'Por confirmar'],
    ['final', 'Clasificó'],
  ])('is told as the result stands: %s', async (state, words) => {
    for (const path of ['/', '/rankings']) expect(await pageIn(state, path)).toContain(words);
  });

  test('is not told before anybody could vote', async () => {
    for (const path of ['/', '/rankings'])
      expect(await pageIn('soon', path)).not.toMatch(/clasificando|Clasificó/);
  });
});

test.each<[ContestState, string]>([
  ['soon', 'Sube tu video'],
  ['open', 'Votación pública'],
  ['counting', 'Los más votados clasifican'],
  ['final', 'Showcase Final'],
])('of the four steps the one is marked that is on: %s', async (state, step) => {
  const html = await pageIn(state, '/');
  expect(html.match(/aria-current="step"/g)).toHaveLength(1);
  expect(html).toMatch(new RegExp(`aria-current="step">.{0,160}<h3>${step}</h3>`));
});

const islands: Record<string, ComponentType<never>> = {
  'contest-notice': ContestNotice,
  'contest-sentence': ContestSentence,
  'live-ranking': LiveRanking,
  upload: Upload,
  'vote-button': VoteButton,
};

test.each(['soon', 'open', 'counting', 'final'] as const)(
  'what hydrates is what was rendered, whatever the clock of a browser says: %s',
  async (state) => {
    const pages = await Promise.all(PAGES.map((path) => pageIn(state, path)));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 * HOUR_MS });
    let compared = 0;
    for (const html of pages) {
      for (const [, name = '', json = ''] of html.matchAll(/data-island="([\w-]+)" data-props="([^"]*)"/g)) {
        const of = islands[name];
        if (!of) continue;
        const props = JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
        expect(html).toContain(renderToString(h(of, props as never)));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(7);
  },
);
