import type { Day, Environment } from '../environment.ts';
import { capacity, eventsPerSecond, type Scale } from './capacity.ts';
import { dearestNode, type Prices, priceOf } from './prices.ts';
import type { Rates } from './rates.ts';

export const modes = ['idle', 'normal', 'final'] as const;
/** A month in which nobody comes; one of thirty normal days; that, and the night of the final. */
export type Mode = (typeof modes)[number];

export interface Line {
  readonly item: string;
  /** What is paid: beyond what is free. */
  readonly quantity: number;
  readonly unit: string;
  readonly price: number;
  readonly monthly: number;
}

export interface Known {
  readonly prices: Prices;
  readonly rates: Rates;
  readonly scale: Scale;
}

/** What is bought of one price; `share` of that where it is had for less. */
export interface Use {
  readonly item: string;
  readonly price: string;
  readonly quantity: number;
  readonly share?: number;
}

export const HOURS = 730;
const DAYS = 30;
/** Before and after the night, when more pods are wanted than come. */
const EVENING_HOURS = 2;
/** SQS, STS, ECR twice, Secrets Manager, logs; that of S3 is a gateway, which is free. */
export const INTERFACE_ENDPOINTS = 6;

/** What no bench measures and no configuration says. */
const assumed = {
  /** Of each node, and what Prometheus and Alertmanager keep. */
  nodeDiskGb: 50,
  monitoringDiskGb: 21,
  /** Images from public registries, the contest's mails aside; what passes the endpoints. */
  natGb: 10,
  endpointGb: 20,
  /** Of a request's answer over the wire, pages and scripts with what is said in JSON. */
  answerKb: 4,
  /** Of its line in the log, where an agent sends the pods' logs to CloudWatch. */
  logLineBytes: 500,
  /** Of requests that are pages, and of pictures that each of these shows for the first time. */
  pageShare: 0.15,
  picturesPerPage: 4,
  pictureKb: 15,
  /** A player asks for a clip in so many ranges. */
  requestsPerView: 3,
  /** Requests of a browser over one connection, and rules that each passes beyond the ten that are free. */
  requestsPerConnection: 10,
  rulesBeyondFree: 17,
  /** Between a pod and the database or another pod, of which two thirds lie in other zones. */
  zoneKbPerPodSecond: 10,
  zoneShare: 2 / 3,
  /** Each node's own, for they are watched each minute. */
  nodeMetrics: 7,
  /** Of the control plane, the database and the web ACL in an idle month. */
  vendedGb: 20,
  keys: 3,
  secrets: 8,
  webRules: 5,
  /** Besides one for each NAT gateway. */
  alarms: 19,
  imagesGb: 10,
  /** Of the database's disk that is full; of that, what a day changes. */
  diskUsed: 0.3,
  diskChanged: 0.05,
  /** Polls of the queue, and what External Secrets asks of each secret, which needs a key each time. */
  queueRequests: 1.5e6,
  secretCallsAnHour: 60,
  /** Other than of aliases, which are free. */
  dnsQueries: 1e5,
  keptLogMonths: 1,
};

/** What the month costs, line by line; nothing where nothing is bought. */
export function costs(environment: Environment, mode: Mode, known: Known): Line[] {
  const uses = [...fixed(environment, known), ...visited(environment, mode, known)];
  return merged(uses)
    .map((use) => line(use, known.prices))
    .filter(({ monthly }) => monthly > 0);
}

export const totalOf = (lines: readonly Line[]) => lines.reduce((sum, { monthly }) => sum + monthly, 0);

export function line({ item, price, quantity, share = 1 }: Use, prices: Prices): Line {
  const of = priceOf(prices, price);
  const paid = Math.max(0, quantity - (of.free ?? 0));
  return { item, quantity: paid, unit: of.unit, price: of.price * share, monthly: paid * of.price * share };
}

/** What is free is free once. */
function merged(uses: readonly Use[]): Use[] {
  const byItem = Map.groupBy(uses, ({ item }) => item);
  return [...byItem.values()].flatMap(([first, ...more]) =>
    first ? [{ ...first, quantity: more.reduce((sum, { quantity }) => sum + quantity, first.quantity) }] : [],
  );
}

const use = (item: string, price: string, quantity: number, share?: number): Use => ({
  ...{ item, price, quantity },
  ...(share !== undefined && { share }),
});

/** What stands there whoever comes. */
function fixed(environment: Environment, { prices, rates, scale }: Known): Use[] {
  const { natGateways, endpointZones, zones, database } = environment;
  const { pods, webNodes, transcodeNodes } = capacity(environment, undefined, rates, scale);
  const podCount = Object.values(pods).reduce((sum, each) => sum + each.pods, 0);
  const zoneGb = (podCount * assumed.zoneKbPerPodSecond * 3600 * HOURS * assumed.zoneShare) / 1e6;
  const secretCalls = assumed.secrets * assumed.secretCallsAnHour * HOURS;
  return [
    use('EKS control plane', 'eks.cluster', HOURS),
    webNodeHours(environment, webNodes * HOURS, prices),
    transcodeNodeHours(environment, transcodeNodes * HOURS, prices),
    use(
      'Disks of nodes and of Prometheus',
      'ebs.gp3',
      (webNodes + transcodeNodes) * assumed.nodeDiskGb + assumed.monitoringDiskGb,
    ),
    use('NAT gateways', 'nat.hour', natGateways * HOURS),
    use('NAT, by the GB', 'nat.gb', assumed.natGb),
    use('Interface endpoints', 'endpoint.hour', INTERFACE_ENDPOINTS * endpointZones * HOURS),
    use('Interface endpoints, by the GB', 'endpoint.gb', assumed.endpointGb),
    use('Public IPv4 addresses', 'ipv4.hour', (natGateways + zones.length) * HOURS),
    use('Load balancer', 'alb.hour', HOURS),
    use('Database', `rds.${database.instanceType}`, HOURS),
    use('Database storage', 'rds.gp3', database.storageGb),
    use('Backups beyond the size of the database', 'rds.backup', backupGb(environment)),
    use('Between zones', 'transfer.zones', zoneGb),
    ...stored(environment),
    use('Queue', 'sqs.requests', assumed.queueRequests / 1e6),
    use('Keys', 'kms.key', assumed.keys),
    use('Keys, by the request', 'kms.requests', secretCalls / 1e4),
    use('Secrets', 'secrets.secret', assumed.secrets),
    use('Secrets, by the call', 'secrets.calls', secretCalls / 1e4),
    use('Web ACL', 'waf.acl', 1),
    use('Web ACL, its rules', 'waf.rule', assumed.webRules),
    use('DNS zone', 'route53.zone', 1),
    use('DNS queries', 'route53.queries', assumed.dnsQueries / 1e6),
    use('Alarms', 'cloudwatch.alarm', assumed.alarms + natGateways),
    use('Nodes watched each minute', 'cloudwatch.metric', (webNodes + transcodeNodes) * assumed.nodeMetrics),
    use('Health check', 'route53.health-check', 1),
    use('AWS’ own logs', 'logs.vended', assumed.vendedGb),
    use('Logs kept', 'logs.stored', assumed.vendedGb * assumed.keptLogMonths),
    use('Images', 'ecr.gb', assumed.imagesGb),
  ];
}

/** As much as the disk holds is free. */
function backupGb({ database: { storageGb, backupDays } }: Environment): number {
  const used = storageGb * assumed.diskUsed;
  return Math.max(0, used * (1 + backupDays * assumed.diskChanged) - storageGb);
}

/** Clips that have come so far, their originals with them; these are moved where it costs less after a month. */
function stored({ workload: { normalDay, clipMb, monthsStored } }: Environment): Use[] {
  const clips = normalDay.uploads * DAYS;
  const originals = (clips * normalDay.uploadMb) / 1000;
  return [
    use('Originals and clips', 's3.gb', originals + (clips * monthsStored * clipMb) / 1000),
    use('Originals after a month', 's3.glacier-ir', originals * (monthsStored - 1)),
  ];
}

const webNodeHours = ({ nodes: { web } }: Environment, hours: number, prices: Prices) =>
  use('Web nodes', dearestNode(prices, web.instanceTypes), hours);

const transcodeNodeHours = ({ nodes: { transcode } }: Environment, hours: number, prices: Prices) =>
  use(
    'Transcode nodes (Spot)',
    dearestNode(prices, transcode.instanceTypes),
    hours,
    priceOf(prices, 'ec2.spot').price,
  );

function visited(environment: Environment, mode: Mode, known: Known): Use[] {
  if (mode === 'idle') return [];
  const { normalDay, finalNight } = environment.workload;
  const daily = ofDay(environment, normalDay, normalDay.hours, known);
  return [
    ...daily.map((each) => ({ ...each, quantity: each.quantity * DAYS })),
    ...(mode === 'final' ? ofDay(environment, finalNight, finalNight.hours + EVENING_HOURS, known) : []),
  ];
}

/** What one day adds. @param nodeHours how long nodes stand that its peak needs */
function ofDay(environment: Environment, day: Day, nodeHours: number, known: Known): Use[] {
  const { prices, rates, scale } = known;
  const idle = capacity(environment, undefined, rates, scale);
  const busy = capacity(environment, day, rates, scale);
  const liveGb =
    (day.liveHours * 3600 * eventsPerSecond(day.votes / day.hours / 3600) * rates.rates.eventBytes.value) /
    1e9;
  const outGb = liveGb + (day.requests * assumed.answerKb) / 1e6;
  const logGb = (day.requests * assumed.logLineBytes) / 1e9;
  return [
    webNodeHours(environment, (busy.webNodes - idle.webNodes) * nodeHours, prices),
    transcodeNodeHours(environment, (busy.transcodeNodes - idle.transcodeNodes) * nodeHours, prices),
    use('To the internet', 'transfer.internet', outGb),
    use('Load balancer, by use', 'alb.lcu', loadBalancerUnits(day, outGb)),
    use('Web ACL, by the request', 'waf.requests', day.requests / 1e6),
    ...media(environment, day),
    use('Request logs', 'logs.ingested', logGb),
    use('Logs kept', 'logs.stored', logGb * assumed.keptLogMonths),
    use('Mails', 'ses.mails', day.mails / 1000),
    use('NAT, by the GB', 'nat.gb', (day.mails * 20) / 1e6),
    use('Originals and clips, written', 's3.put', (day.uploads * 12) / 1000),
  ];
}

/** The largest of four measures counts. */
function loadBalancerUnits(day: Day, gb: number): number {
  const connections = day.requests / assumed.requestsPerConnection + day.liveHours;
  return Math.max(
    gb,
    connections / 25 / 3600,
    day.liveHours / 3000,
    (day.requests * assumed.rulesBeyondFree) / 1000 / 3600,
  );
}

/** What CloudFront sends, from edges in South America: whoever votes is in Colombia. */
function media({ workload: { clipMb } }: Environment, { requests, views }: Day): Use[] {
  const pictures = requests * assumed.pageShare * assumed.picturesPerPage;
  const asked = pictures + views * assumed.requestsPerView;
  return [
    use(
      'Clips and pictures watched',
      'cloudfront.south-america.gb',
      (views * clipMb) / 1000 + (pictures * assumed.pictureKb) / 1e6,
    ),
    use('Clips and pictures, by the request', 'cloudfront.south-america.requests', asked / 1e4),
    use('Clips and pictures, read for the edges', 's3.get', (asked * 0.05) / 1000),
  ];
}
