import { SECURITY_HEADERS } from '@anb/service-kit/browsers';
import { median } from './median.ts';
import { type Page, readPage } from './page.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Service, startServer, startService } from './processes.ts';
import { type Load, measureRate, type Rate, ROUNDS, Turns } from './rate.ts';
import { addContest, startVotes } from './votes-meanwhile.ts';

const SIZE = { videos: 10_000, players: 5000 };
const PATH = '/api/public/rankings';
const sides = ['ours', 'constant', 'bare'] as const;
type Side = (typeof sides)[number];

/**
 * Rankings a second of one process while votes arrive at another: of ours, of the same app and middleware with a page
 * that is the same for ever (`ratio`), and of Hono alone with the same bytes and headers (`bare`).
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const { votes, page, load } = await start(platform, undo);
  const turns = await Turns.take(sides, load, say);
  const half = turns.median('ours', ({ perSecond }) => perSecond) / 2;
  const atHalf: Rate[] = [];
  for (let round = 1; round <= ROUNDS; round++) atHalf.push(await load('ours', half));
  const voted = await votes.end();
  return {
    ...{ ours: turns.perSecond('ours'), baseline: turns.perSecond('constant') },
    ratio: turns.ratio('ours', 'constant'),
    unit: 'requests/s',
    ...{ bare_hono: turns.perSecond('bare'), bare: turns.ratio('ours', 'bare') },
    ...{ p99_ms: median(atHalf.map(({ latency }) => latency.p99)), at_rate: Math.round(half) },
    page_bytes: Buffer.byteLength(page.body),
    versions: turns.median('ours', ({ versions }) => versions),
    ...{ votes: voted.answers, votes_p99_ms: voted.latency.p99 },
    ...turns.explain(),
  };
}

/** All sides at once, so that each has the same neighbours. */
async function start(platform: Platform, undo: AsyncDisposableStack) {
  const keep = (service: Service): Service => {
    undo.defer(service.stop);
    return service;
  };
  const { admin, databaseUrl } = platform;
  const contest = await addContest(admin, SIZE);
  const ours = keep(await startService(platform, 'votes'));
  const page = await readPage(ours.port, PATH);
  const constant = {
    databaseUrl: databaseUrl('anb_votes'),
    page: { ...page, path: '/constant', headers: ofHandler(page.headers) },
  };
  const services = {
    ours: { service: ours, path: PATH },
    constant: { service: keep(await startServer('votes-baseline.ts', constant)), path: '/constant' },
    bare: { service: keep(await startServer('bare-server.ts', { page })), path: PATH },
  };
  const service = keep(await startService(platform, 'votes'));
  const load: Load<Side> = (side, rate, seconds) =>
    measureRate({ ...services[side], kind: 'page', seconds, rate });
  return { page, load, votes: await startVotes(admin, contest, service) };
}

/** Without those that the middleware adds. */
function ofHandler({
  'cache-control': kept,
  'x-request-id': _,
  ...headers
}: Page['headers']): Page['headers'] {
  const common = new Set(Object.keys(SECURITY_HEADERS).map((name) => name.toLowerCase()));
  const own = Object.entries(headers).filter(([name]) => !common.has(name));
  return { ...Object.fromEntries(own), ...(kept && { 'cache-control': kept }) };
}
