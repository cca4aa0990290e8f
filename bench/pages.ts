import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readPage } from './page.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Service, startServer, startService } from './processes.ts';
import { type Load, measureRate, Turns } from './rate.ts';
import { addContest, startVotes } from './votes-meanwhile.ts';

const SIZE = { videos: 1000, players: 500 };
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
  const turns = await Turns.take(sides, load, say);
  const ours = turns.perSecond('ours');
  const atHalf = await load('ours', ours / 2);
  const voted = await votes.end();
  return {
    ...{ ours, baseline: turns.perSecond('bare'), ratio: turns.ratio('ours', 'bare') },
    unit: 'pages/s',
    p99_ms: atHalf.latency.p99,
    page_bytes: Buffer.byteLength(page.body),
    versions: turns.median('ours', ({ versions }) => versions),
    votes: voted.answers,
    ...turns.explain(),
  };
}

async function start(platform: Platform, undo: AsyncDisposableStack) {
  const keep = (service: Service): Service => {
    undo.defer(service.stop);
    return service;
  };
  execFileSync(process.execPath, [fileURLToPath(import.meta.resolve('../services/portal/build.ts'))]);
  const { admin } = platform;
  const contest = await addContest(admin, SIZE);
  const service = keep(await startService(platform, 'votes'));
  const votesUrl = `http://127.0.0.1:${service.port}`;
  const ours = keep(await startService(platform, 'portal', { VOTES_URL: votesUrl, VIDEOS_URL: votesUrl }));
  const page = await readPage(ours.port, PATH);
  const services = { ours, bare: keep(await startServer('bare-server.ts', { page })) };
  const load: Load<Side> = (side, rate, seconds) =>
    measureRate({ service: services[side], path: PATH, kind: 'html', seconds, rate });
  return { page, load, votes: await startVotes(admin, contest, service) };
}
