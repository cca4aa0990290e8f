import { availableParallelism, loadavg } from 'node:os';
import { SECURITY_HEADERS } from '@anb/service-kit/browsers';
import { addAccounts, addKey, addVideos, split } from './contest.ts';
import { median, rounded } from './median.ts';
import { type Page, readPage } from './page.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Service, startServer, startService } from './processes.ts';
import { describeRate, measureRate, type Rate } from './rate.ts';
import { startVotes, VOTERS } from './votes-meanwhile.ts';

const VIDEOS = 10_000;
const VOTES_EACH = 5;
const PLAYERS = 5000;
const WARM_UP_SECONDS = 3;
const SECONDS = 5;
const ROUNDS = 5;
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
  for (const side of sides) await load(side, WARM_UP_SECONDS);
  const rounds: Record<Side, Rate[]> = { ours: [], constant: [], bare: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const side of sides) rounds[side].push(await load(side, SECONDS));
    const told = sides.map((side) => `${side} ${describeRate(rounds[side].at(-1) as Rate)}`);
    say(`round ${round}: ${told.join('; ')}`);
  }
  const half = median(rounds.ours.map(({ perSecond }) => perSecond)) / 2;
  const atHalf: Rate[] = [];
  for (let round = 1; round <= ROUNDS; round++) atHalf.push(await load('ours', SECONDS, half));
  const voted = await votes.end();
  return {
    ...summary(rounds),
    ...{ p99_ms: median(atHalf.map(({ latency }) => latency.p99)), at_rate: Math.round(half) },
    page_bytes: Buffer.byteLength(page.body),
    versions: median(rounds.ours.map(({ versions }) => versions)),
    ...{ votes: voted.answers, votes_p99_ms: voted.latency.p99 },
    ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
  };
}

/** All sides at once, so that each has the same neighbours. */
async function start(platform: Platform, undo: AsyncDisposableStack) {
  const keep = (service: Service): Service => {
    undo.defer(service.stop);
    return service;
  };
  const { admin, databaseUrl } = platform;
  const key = await addKey(admin);
  const [players, voters] = split(await addAccounts(admin, PLAYERS + VOTERS), PLAYERS);
  const videos = await addVideos(admin, VIDEOS, players, VOTES_EACH);
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
  return {
    page,
    votes: await startVotes({ admin, voters: { ...voters, key }, videos, service }),
    load: (side: Side, seconds: number, rate?: number) =>
      measureRate({ ...services[side], kind: 'page', seconds, rate }),
  };
}

function summary(rounds: Record<Side, Rate[]>) {
  const middle = (side: Side, of: (rate: Rate) => number) => median(rounds[side].map(of));
  const perSecond = (side: Side) => Math.round(middle(side, (rate) => rate.perSecond));
  const over = (side: Side) =>
    rounded(median(rounds.ours.map((rate, n) => rate.perSecond / (rounds[side][n]?.perSecond ?? 0))));
  return {
    ...{ ours: perSecond('ours'), baseline: perSecond('constant'), ratio: over('constant') },
    unit: 'requests/s',
    ...{ bare_hono: perSecond('bare'), bare: over('bare') },
    cpu_us: Object.fromEntries(
      sides.map((side) => [
        side,
        rounded(
          middle(side, ({ cpuUs }) => cpuUs),
          1,
        ),
      ]),
    ),
    load_busy: rounded(Math.max(...sides.flatMap((side) => rounds[side].map(({ busy }) => busy))), 2),
  };
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
