import { availableParallelism, loadavg } from 'node:os';
import type { Sql } from '@anb/service-kit/database';
import { addAccounts, addKey, addVideos, countVotes, split } from './contest.ts';
import type { LoadResult } from './load.ts';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type LoadProcess, type Service, startLoad, startServer, startService } from './processes.ts';
import { processorTime } from './processor-time.ts';
import type { Voters } from './questions.ts';
import type { Page } from './votes-baseline.ts';

const VIDEOS = 10_000;
const VOTES_EACH = 5;
/** Which votes arrive for meanwhile, somewhere in the ranking. */
const VOTED = 50;
const VOTES_PER_SECOND = 200;
const MOST_SECONDS = 300;
const PLAYERS = 5000;
const VOTERS = MOST_SECONDS * VOTES_PER_SECOND;
const CONNECTIONS = 32;
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
    const told = sides.map((side) => `${side} ${describe(rounds[side].at(-1) as Rate)}`);
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
  const page = await readPage(`http://127.0.0.1:${ours.port}${PATH}`);
  const constant = { databaseUrl: databaseUrl('anb_votes'), page: { ...page, path: '/constant' } };
  const services = {
    ours: { service: ours, path: PATH },
    constant: { service: keep(await startServer('votes-baseline.ts', constant)), path: '/constant' },
    bare: { service: keep(await startServer('bare-server.ts', { page })), path: PATH },
  };
  const service = keep(await startService(platform, 'votes'));
  return {
    page,
    votes: await startVotes({ admin, voters: { ...voters, key }, videos, service }),
    load: (side: Side, seconds: number, rate?: number) => measureSide({ ...services[side], seconds, rate }),
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

/** As it is answered now, with every header but those that Node sets. */
async function readPage(url: string): Promise<Page> {
  const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const {
    connection,
    date,
    'keep-alive': _,
    'content-length': __,
    ...headers
  } = Object.fromEntries(answer.headers);
  return { path: PATH, headers, body: await answer.text() };
}

interface Rate extends LoadResult {
  /** Processor time of the service, a request. */
  cpuUs: number;
}

async function measureSide({
  service,
  path,
  seconds,
  rate,
}: {
  service: Service;
  path: string;
  seconds: number;
  rate?: number | undefined;
}): Promise<Rate> {
  const load = await startLoad({
    topics: [{ topic: { kind: 'page', port: service.port, path }, share: 1 }],
    ...{ connections: CONNECTIONS, seconds, ...(rate && { rate }) },
  });
  const before = processorTime(service.pid);
  const result = await load.run();
  return { ...result, cpuUs: ((processorTime(service.pid) - before) * 1e6) / result.answers };
}

interface VotesMeanwhile {
  admin: Sql;
  voters: Voters;
  videos: readonly string[];
  service: Service;
}

/** So many a second, from now until the end. */
async function startVotes({ admin, voters, videos, service }: VotesMeanwhile) {
  const voted = videos.filter((_, place) => place % (VIDEOS / VOTED) === 0);
  const before = await countVotes(admin, voted);
  const load: LoadProcess = await startLoad({
    topics: [{ topic: { kind: 'vote', port: service.port, videos: voted, voters }, share: 1 }],
    ...{ connections: CONNECTIONS, seconds: MOST_SECONDS, rate: VOTES_PER_SECOND },
  });
  const ended = load.run();
  ended.catch(() => {});
  return {
    end: async () => {
      load.stop();
      const result = await ended;
      const counted = (await countVotes(admin, voted)) - before;
      if (counted !== result.answers) throw new Error(`${result.answers} votes answered, ${counted} counted`);
      return result;
    },
  };
}

const describe = ({ perSecond, cpuUs, busy }: Rate) =>
  `${Math.round(perSecond)}/s at ${Math.round(cpuUs)} µs of processor time ` +
  `(${Math.round((perSecond * cpuUs) / 1e4)} % of one; the load ${Math.round(busy * 100)} % busy)`;
