import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { addAccounts, addKey, addVideos, split } from './contest.ts';
import { median, rounded } from './median.ts';
import { readPage } from './page.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Service, startServer, startService } from './processes.ts';
import { describeRate, measureRate, type Rate } from './rate.ts';
import { startVotes, VOTERS } from './votes-meanwhile.ts';

const VIDEOS = 1000;
const VOTES_EACH = 5;
const PLAYERS = 500;
const WARM_UP_SECONDS = 3;
const SECONDS = 5;
const ROUNDS = 5;
const PATH = '/rankings';
const sides = ['ours', 'bare'] as const;
type Side = (typeof sides)[number];

/**
 * Pages a second of the ranking from one process of the portal, while votes arrive, against Hono alone with the same bytes
 * and headers.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const { votes, page, load } = await start(platform, undo);
  for (const side of sides) await load(side, WARM_UP_SECONDS);
  const rounds: Record<Side, Rate[]> = { ours: [], bare: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const side of sides) rounds[side].push(await load(side, SECONDS));
    const told = sides.map((side) => `${side} ${describeRate(rounds[side].at(-1) as Rate)}`);
    say(`round ${round}: ${told.join('; ')}`);
  }
  const middle = (side: Side, of: (rate: Rate) => number) => median(rounds[side].map(of));
  const ours = Math.round(middle('ours', ({ perSecond }) => perSecond));
  const atHalf = await load('ours', SECONDS, ours / 2);
  const voted = await votes.end();
  return {
    ...{ ours, baseline: Math.round(middle('bare', ({ perSecond }) => perSecond)) },
    ratio: rounded(
      median(rounds.ours.map(({ perSecond }, n) => perSecond / (rounds.bare[n]?.perSecond ?? 0))),
    ),
    unit: 'pages/s',
    p99_ms: atHalf.latency.p99,
    page_bytes: Buffer.byteLength(page.body),
    versions: middle('ours', ({ versions }) => versions),
    cpu_us: Object.fromEntries(
      sides.map((side) => [
        side,
        rounded(
          middle(side, ({ cpuUs }) => cpuUs),
          1,
        ),
      ]),
    ),
    votes: voted.answers,
    ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
  };
}

async function start(platform: Platform, undo: AsyncDisposableStack) {
  const keep = (service: Service): Service => {
    undo.defer(service.stop);
    return service;
  };
  execFileSync(process.execPath, [fileURLToPath(import.meta.resolve('../services/portal/build.ts'))]);
  const { admin } = platform;
  const key = await addKey(admin);
  const [players, voters] = split(await addAccounts(admin, PLAYERS + VOTERS), PLAYERS);
  const videos = await addVideos(admin, VIDEOS, players, VOTES_EACH);
  const service = keep(await startService(platform, 'votes'));
  const votesUrl = `http://127.0.0.1:${service.port}`;
  const ours = keep(await startService(platform, 'portal', { VOTES_URL: votesUrl, VIDEOS_URL: votesUrl }));
  const page = await readPage(ours.port, PATH);
  const services = { ours, bare: keep(await startServer('bare-server.ts', { page })) };
  return {
    page,
    votes: await startVotes({ admin, voters: { ...voters, key }, videos, service }),
    load: (side: Side, seconds: number, rate?: number) =>
      measureRate({ service: services[side], path: PATH, kind: 'html', seconds, rate }),
  };
}
