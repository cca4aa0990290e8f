import { availableParallelism, loadavg } from 'node:os';
import { hash } from '@node-rs/argon2';
import { addAccounts, addVideos, split } from './contest.ts';
import type { Load } from './load.ts';
import { rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { startAuth, startLoad, startService } from './processes.ts';
import { machineTime, processorTime, watchPostgres } from './processor-time.ts';
import type { Voters } from './questions.ts';

const PASSWORD = 'un-pase-largo-7';
const VIDEOS = 10_000;
const VOTES_EACH = 5;
const OWNERS = 2000;
const ACCOUNTS = 60_000;
const CONNECTIONS = 200;
const SECONDS = 6;
const FIRST_RATE = 400;
const STEP = 1.25;
const MOST_STEPS = 18;
/** Of an evening's requests, in a hundred: everybody watches, many look at clips, some vote, few sign in. */
const SHARES = { ranking: 50, city: 15, list: 10, video: 18, vote: 6, signIn: 1 };
/** Beyond it pages feel slow. */
const MOST_MS = 250;
/** A sign-in takes as long as its hash, and some wait for others'. */
const MOST_SIGN_IN_MS = 1000;
const BROWSER = { 'Accept-Encoding': 'gzip' };

/**
 * An evening's mixture against auth, videos and votes as they run, more and more of it: how many requests a second are
 * answered well and in time (`knee`), and what is used up beyond that.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => climb(platform, say));

async function climb(platform: Platform, say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const evening = await prepare(platform, undo);
  await evening.step(FIRST_RATE);
  const well: Step[] = [];
  let beyond: Step | undefined;
  for (let rate = FIRST_RATE; !beyond && well.length < MOST_STEPS; rate = Math.round(rate * STEP)) {
    const asked = rate;
    const step = await tryTwice(() => evening.step(asked), say);
    if (isWell(step)) well.push(step);
    else beyond = step;
  }
  return {
    ...{
      knee: well.at(-1)?.perSecond ?? 0,
      unit: 'requests/s',
      saturated: beyond && saturated(beyond.cores),
    },
    wrong_below: well.reduce((sum, { wrong }) => sum + wrong, 0),
    ...{ at_knee: well.at(-1), beyond, shares: SHARES },
    steps: well.map(({ perSecond, p99Ms }) => ({ per_second: perSecond, p99_ms: p99Ms })),
    ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
  };
}

/** A step that does not go well is tried once more: it may have been a neighbour. */
async function tryTwice(step: () => Promise<Step>, say: (line: string) => void): Promise<Step> {
  const first = await step();
  say(describe(first));
  if (isWell(first)) return first;
  const second = await step();
  say(describe(second));
  return second;
}

/** A program in JavaScript can use little more than one processor; `elsewhere` is what is no part of this. */
function saturated({ idle = 0, ...cores }: Step['cores']): string {
  const busy = Object.entries(cores).filter(([, used]) => used > 0.9);
  if (busy.length > 0) return busy.map(([name]) => name).join(' and ');
  return idle < 0.1 * availableParallelism() ? 'all processors' : 'nothing that is measured';
}

interface Step {
  rate: number;
  perSecond: number;
  wrong: number;
  examples: string[];
  /** By what was asked. */
  p99Ms: Record<string, number>;
  /** Of processors, how many each used. */
  cores: Record<string, number>;
  loadBusy: number;
}

async function prepare(platform: Platform, undo: AsyncDisposableStack) {
  const { admin } = platform;
  const accounts = await addAccounts(admin, ACCOUNTS, await hash(PASSWORD));
  const [owners, voters] = split(accounts, OWNERS);
  const videos = await addVideos(admin, VIDEOS, owners, VOTES_EACH);
  const auth = await startAuth(platform);
  undo.defer(auth.stop);
  const catalogue = await startService(platform, 'videos');
  undo.defer(catalogue.stop);
  const votes = await startService(platform, 'votes');
  undo.defer(votes.stop);
  const postgres = await watchPostgres(admin);
  const used = () => ({
    auth: processorTime(auth.pid),
    videos: processorTime(catalogue.pid),
    votes: processorTime(votes.pid),
    postgres: postgres(),
  });
  const ports = { auth: auth.port, videos: catalogue.port, votes: votes.port };
  let rest = voters;
  return {
    step: async (rate: number): Promise<Step> => {
      const [now, later] = split(rest, Math.ceil((rate * SECONDS * SHARES.vote) / 100) + 1);
      rest = later;
      const topics = topicsOf({ ports, videos, voters: { ...now, key: auth.key } });
      return climbTo({ rate, topics, used });
    },
  };
}

interface Evening {
  ports: Record<'auth' | 'videos' | 'votes', number>;
  videos: string[];
  voters: Voters;
}

function topicsOf({ ports, videos, voters }: Evening): Load['topics'] {
  const page = (path: string) => ({ kind: 'page' as const, port: ports.votes, path, headers: BROWSER });
  const list = '/api/public/videos';
  const paths = [
    list,
    `${list}?page=2`,
    `${list}?city=Cali`,
    `${list}?sort=recent`,
    `${list}?q=esquina%2077`,
  ];
  const emails = Array.from({ length: 5000 }, (_, n) => `player-${n + 1}@example.com`);
  return [
    { topic: page('/api/public/rankings'), share: SHARES.ranking },
    { topic: page('/api/public/rankings?city=medellin'), share: SHARES.city },
    { topic: { kind: 'list', port: ports.videos, paths }, share: SHARES.list },
    { topic: { kind: 'video', port: ports.videos, videos }, share: SHARES.video },
    { topic: { kind: 'vote', port: ports.votes, videos, voters }, share: SHARES.vote },
    { topic: { kind: 'sign-in', port: ports.auth, emails, password: PASSWORD }, share: SHARES.signIn },
  ];
}

interface Climbing {
  rate: number;
  topics: Load['topics'];
  used: () => Record<string, number>;
}

async function climbTo({ rate, topics, used }: Climbing): Promise<Step> {
  const load = await startLoad({ topics, rate, connections: CONNECTIONS, seconds: SECONDS });
  const before = { ours: used(), machine: machineTime(), at: performance.now() };
  const { wrong, examples, perSecond, byKind, busy, cpuSeconds } = await load.run({ countWrong: true });
  const [after, machine] = [used(), machineTime()];
  const seconds = (performance.now() - before.at) / 1000;
  const ours = Object.entries(after).map(([name, time]) => [name, time - (before.ours[name] ?? 0)] as const);
  const sum = ours.reduce((sum, [, time]) => sum + time, cpuSeconds);
  const spent = {
    ...Object.fromEntries(ours),
    load: cpuSeconds,
    elsewhere: Math.max(0, machine.busy - before.machine.busy - sum),
    idle: machine.idle - before.machine.idle,
  };
  return {
    ...{ rate, perSecond: Math.round(perSecond), wrong, examples, loadBusy: rounded(busy, 2) },
    p99Ms: Object.fromEntries(Object.entries(byKind).map(([kind, { p99 }]) => [kind, p99])),
    cores: Object.fromEntries(
      Object.entries(spent).map(([name, time]) => [name, rounded(time / seconds, 2)]),
    ),
  };
}

const isWell = ({ wrong, p99Ms }: Step) =>
  wrong === 0 &&
  Object.entries(p99Ms).every(([kind, p99]) => p99 <= (kind === 'sign-in' ? MOST_SIGN_IN_MS : MOST_MS));

function describe({ rate, perSecond, wrong, p99Ms, cores, loadBusy }: Step): string {
  const told = (values: Record<string, number>) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return (
    `${rate}/s asked, ${perSecond}/s answered, ${wrong} wrong; p99 ms: ${told(p99Ms)}; ` +
    `processors: ${told(cores)} (load ${Math.round(loadBusy * 100)} % busy)`
  );
}
