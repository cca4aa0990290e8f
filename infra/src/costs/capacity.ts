import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Day, Environment, Range } from '../environment.ts';
import type { Rates } from './rates.ts';

const VALUES = fileURLToPath(new URL('../../../charts/rising-stars/values.yaml', import.meta.url));
const services = ['auth', 'portal', 'videos', 'votes'] as const;
type Service = (typeof services)[number];

/** vCPUs that a pod requests, and how many pods there may be. */
export interface Limits extends Range {
  readonly cpu: number;
}

export interface Scale {
  readonly web: Readonly<Record<Service, Limits & { readonly target: number }>>;
  readonly transcoder: Limits;
  /** Clients of the live ranking that a pod of votes takes. */
  readonly streams: number;
}

export interface Capacity {
  readonly pods: Readonly<Record<Service | 'transcoder', { pods: number; vcpus: number }>>;
  readonly webNodes: number;
  readonly transcodeNodes: number;
  /** What does not fit. */
  readonly problems: readonly string[];
}

/** Which service answers; a third of what open pages ask is what the contest is at, which votes tells. */
const SHARES = { portal: 0.4, votes: 0.35, videos: 0.25 };
/** Of the ranking's changes that a client is told, in `services/votes/src/ranking-feed.ts`. */
const MOST_EVENTS_PER_SECOND = 2;
/** Nodes have this and more. */
const NODE_VCPUS = 2;
/** Of a node, to its kubelet and to the pods that each node has. */
const NODE_OVERHEAD = 0.35;
/** What the add-ons request: DNS, Prometheus, controllers. */
const ADD_ONS = 1.5;
/** Of a node, so that its pods find a processor when they want one. */
const MOST_USE = 0.65;
/** An hour's queue of clips is not spread evenly. */
const UPLOAD_PEAK = 3;

/** What pods request, of the environment or else the chart's own values; how many there may be, of the environment. */
export function scaleOf({ replicas }: Environment): Scale {
  const values = parse(readFileSync(VALUES, 'utf8'));
  const limits = (name: Service | 'transcoder'): Limits => {
    const { min, max, cpu } = replicas[name];
    return { min, max, cpu: vcpus(String(cpu ?? values[name].resources.requests.cpu)) };
  };
  const web = (name: Service) => ({
    ...limits(name),
    target: values[name].autoscaling.targetCPUUtilizationPercentage / 100,
  });
  return {
    web: { auth: web('auth'), portal: web('portal'), videos: web('videos'), votes: web('votes') },
    transcoder: limits('transcoder'),
    streams: values.votes.rankingStreams,
  };
}

const vcpus = (quantity: string) =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);

/** Pods and nodes at the busiest moment of a day; of no day, what there is anyway. */
export function capacity(
  environment: Environment,
  day: Day | undefined,
  rates: Rates,
  scale: Scale,
): Capacity {
  const used = vcpusUsed(day, rates);
  const problems: string[] = [];
  const sized = services.map((name) => [name, webPods(name, used[name], scale, problems)] as const);
  const transcoder = transcoders(used.transcoder, scale.transcoder, problems);
  if (day) problems.push(...ofStreams(day, scale), ...ofDatabase(used.database));
  const total = (of: (pods: number, name: Service) => number) =>
    sized.reduce((sum, [name, pods]) => sum + of(pods, name), 0);
  const requested = total((pods, name) => pods * scale.web[name].cpu) + ADD_ONS;
  const worked = total((_, name) => used[name]) + ADD_ONS / 2;
  const { web, transcode } = environment.nodes;
  const webNodes = Math.ceil(
    Math.max(requested / (NODE_VCPUS - NODE_OVERHEAD), worked / (NODE_VCPUS * MOST_USE)),
  );
  const transcodeNodes = Math.ceil(
    transcoder / Math.floor((NODE_VCPUS - NODE_OVERHEAD) / scale.transcoder.cpu),
  );
  if (webNodes > web.max) problems.push(`web: ${webNodes} nodes, of at most ${web.max}`);
  if (transcodeNodes > transcode.max)
    problems.push(`transcode: ${transcodeNodes} nodes, of at most ${transcode.max}`);
  return {
    pods: {
      ...(Object.fromEntries(sized.map(([name, pods]) => [name, { pods, vcpus: used[name] }])) as Record<
        Service,
        { pods: number; vcpus: number }
      >),
      transcoder: { pods: transcoder, vcpus: used.transcoder },
    },
    webNodes: Math.max(web.min, webNodes),
    transcodeNodes: Math.max(transcode.min, transcodeNodes),
    problems,
  };
}

export const eventsPerSecond = (votesPerSecond: number) => Math.min(MOST_EVENTS_PER_SECOND, votesPerSecond);

/** vCPUs in the cloud that are busy at the day's peak. */
function vcpusUsed(day: Day | undefined, { rates, cloudVcpu }: Rates) {
  if (!day) return { auth: 0, portal: 0, videos: 0, votes: 0, transcoder: 0, database: 0 };
  const { peakRequestsPerSecond, peakVotesPerSecond, peakSignInsPerSecond, peakLive, uploads, hours } = day;
  const vcpus = (...work: [perSecond: number, rate: { value: number }][]) =>
    work.reduce((sum, [perSecond, { value }]) => sum + perSecond * value, 0) / 1e6 / cloudVcpu.value;
  return {
    auth: vcpus([peakSignInsPerSecond, rates.signIn]),
    portal: vcpus([peakRequestsPerSecond * SHARES.portal, rates.page]),
    videos: vcpus([peakRequestsPerSecond * SHARES.videos, rates.read]),
    votes: vcpus(
      [peakRequestsPerSecond * SHARES.votes, rates.read],
      [peakVotesPerSecond, rates.vote],
      [peakLive * eventsPerSecond(peakVotesPerSecond), rates.event],
    ),
    transcoder: vcpus([(uploads / hours / 3600) * UPLOAD_PEAK, rates.clip]),
    database: vcpus(
      [peakVotesPerSecond, rates.voteInDatabase],
      [peakSignInsPerSecond, rates.signInInDatabase],
    ),
  };
}

function webPods(name: Service, used: number, scale: Scale, problems: string[]): number {
  const { cpu, min, max, target } = scale.web[name];
  const wanted = Math.ceil(used / (cpu * target));
  if (wanted > max) {
    const each = used / max;
    const text = `${name}: ${wanted} pods at ${target * 100} % of their request, of at most ${max}`;
    problems.push(
      `${text}; each uses ${Math.round(each * 1000)}m of a vCPU then${each > MOST_USE ? ', TOO MUCH' : ''}`,
    );
  }
  return Math.min(max, Math.max(min, wanted));
}

function transcoders(used: number, { min, max }: Limits, problems: string[]): number {
  const wanted = Math.ceil(used);
  if (wanted > max) problems.push(`transcoder: ${wanted} workers, of at most ${max}: clips wait`);
  return Math.min(max, Math.max(min, wanted));
}

function ofStreams({ peakLive }: Day, { streams, web }: Scale): string[] {
  const most = streams * web.votes.max;
  return peakLive > most ? [`votes: ${peakLive} watch the ranking live, ${most} can`] : [];
}

const ofDatabase = (used: number): string[] =>
  used > NODE_VCPUS * MOST_USE ? [`database: ${used.toFixed(1)} vCPUs busy, of ${NODE_VCPUS}`] : [];
