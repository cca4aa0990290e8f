import { availableParallelism, loadavg } from 'node:os';
import { type Accounts, addAccounts, addKey, addVideos, countVotes, split } from './contest.ts';
import type { LoadResult } from './load.ts';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Service, startLoad, startServer, startService } from './processes.ts';
import { processorTime, watchPostgres } from './processor-time.ts';
import type { Voters } from './questions.ts';

const OWNERS = 1000;
const SPREAD_OVER = 1000;
const CONNECTIONS = 256;
const WARM_UP_SECONDS = 3;
const SECONDS = 5;
const ROUNDS = 5;
/** More than any side can take, so that no token has to be used again. */
const MOST_PER_SECOND = 10_000;
const sides = ['ours', 'spread', 'baseline'] as const;
type Side = (typeof sides)[number];

/**
 * Votes a second that are answered, through HTTP, each with a token that was not seen before: all for one video, over
 * the same service with a transaction for each (`ratio`), and over its own rate for a thousand videos (`spread`).
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const { admin, databaseUrl } = platform;
  const key = await addKey(admin);
  const accounts = await addAccounts(admin, OWNERS + MOST_PER_SECOND * SECONDS);
  const [owners, voters] = split(accounts, OWNERS);
  const ours = await startService(platform, 'votes');
  undo.defer(ours.stop);
  const baseline = await startServer('votes-baseline.ts', { databaseUrl: databaseUrl('anb_votes') });
  undo.defer(baseline.stop);
  const services = { ours, spread: ours, baseline };
  const postgres = await watchPostgres(admin);
  const run = (side: Side, seconds: number, rate?: number) =>
    cast({
      ...{ platform, owners, postgres, seconds, rate, service: services[side] },
      voters: { ...voters, key },
      videos: side === 'spread' ? SPREAD_OVER : 1,
    });

  for (const side of sides) await run(side, WARM_UP_SECONDS);
  const rounds: Record<Side, Votes[]> = { ours: [], spread: [], baseline: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const side of sides) rounds[side].push(await run(side, SECONDS));
    const told = sides.map((side) => `${side} ${describe(rounds[side].at(-1) as Votes)}`);
    say(`round ${round}: ${told.join('; ')}`);
  }
  const half = median(rounds.ours.map(({ perSecond }) => perSecond)) / 2;
  const atHalf: Votes[] = [];
  for (let round = 1; round <= ROUNDS; round++) atHalf.push(await run('ours', SECONDS, half));
  return {
    ...summary(rounds),
    ...{ p99_ms: median(atHalf.map(({ latency }) => latency.p99)), at_rate: Math.round(half) },
    ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
  };
}

function summary(rounds: Record<Side, Votes[]>) {
  const perSecond = (side: Side) => Math.round(median(rounds[side].map((votes) => votes.perSecond)));
  const over = (side: Side) =>
    rounded(median(rounds.ours.map((votes, n) => votes.perSecond / (rounds[side][n]?.perSecond ?? 0))));
  const all = Object.values(rounds).flat();
  return {
    ...{ ours: perSecond('ours'), baseline: perSecond('baseline'), ratio: over('baseline'), unit: 'votes/s' },
    ...{ spread_over_videos: perSecond('spread'), spread: over('spread') },
    cpu_us: Object.fromEntries(sides.map((side) => [side, costs(rounds[side])])),
    p99_at_peak_ms: median(rounds.ours.map(({ latency }) => latency.p99)),
    votes: all.reduce((sum, { answers }) => sum + answers, 0),
    load_busy: rounded(Math.max(...all.map(({ busy }) => busy)), 2),
  };
}

interface Votes extends LoadResult {
  /** Processor time a vote. */
  cpuUs: { service: number; postgres: number };
}

interface Casting {
  platform: Platform;
  owners: Accounts;
  voters: Voters;
  /** New ones. */
  videos: number;
  service: Service;
  postgres: () => number;
  seconds: number;
  rate?: number | undefined;
}

/** @throws when not just those votes are counted that were answered */
async function cast({
  platform: { admin },
  owners,
  voters,
  videos,
  service,
  postgres,
  seconds,
  rate,
}: Casting) {
  const ids = await addVideos(admin, videos, owners);
  const count = Math.ceil((rate ?? MOST_PER_SECOND) * seconds);
  const topic = { kind: 'vote' as const, port: service.port, videos: ids, voters: { ...voters, count } };
  const load = await startLoad({
    topics: [{ topic, share: 1 }],
    ...{ connections: CONNECTIONS, seconds, ...(rate && { rate }) },
  });
  const before = [processorTime(service.pid), postgres()] as const;
  const result = await load.run();
  if (!rate && result.answers === count)
    throw new Error(`all ${count} votes were cast before the time was over`);
  const counted = await countVotes(admin, ids);
  if (counted !== result.answers) throw new Error(`${result.answers} votes answered, ${counted} counted`);
  const each = (seconds: number) => (seconds * 1e6) / result.answers;
  const cpuUs = {
    service: each(processorTime(service.pid) - before[0]),
    postgres: each(postgres() - before[1]),
  };
  return { ...result, cpuUs };
}

const costs = (rounds: readonly Votes[]) => ({
  service: rounded(median(rounds.map(({ cpuUs }) => cpuUs.service)), 0),
  postgres: rounded(median(rounds.map(({ cpuUs }) => cpuUs.postgres)), 0),
});

const describe = ({ perSecond, cpuUs, busy }: Votes) =>
  `${Math.round(perSecond)}/s at ${Math.round(cpuUs.service)} + ${Math.round(cpuUs.postgres)} µs ` +
  `(load ${Math.round(busy * 100)} % busy)`;
