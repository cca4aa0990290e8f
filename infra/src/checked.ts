import { Complaint } from './complaint.ts';
import type { Database, Environment, NodeGroup, Range } from './environment.ts';
import { architectureOf, isInstanceType, isNodeSized } from './instance-types.ts';

/** Certificates of the CDN, health checks and what counts them live there alone. */
const REGION = 'us-east-1';
/** The longest name made of an environment's is the load balancer controller's role, of 64 characters at most. */
const NAME = /^(?=.{1,22}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** What a certificate takes for its first name. */
const HOST = /^(?=.{1,64}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PRIVATE_16 = /^(10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/;

/** A field and what is wrong with it. */
type Problem = string;

/**
 * The environments, when AWS would take them.
 * @throws Complaint that names every problem at once
 */
export function checked(environments: readonly Environment[]): readonly Environment[] {
  const ofEach = environments.flatMap((environment) =>
    [
      ...ofPlace(environment),
      ...ofNetwork(environment),
      ...ofDomain(environment),
      ...ofDatabase(environment.database),
      ...ofNodes(environment),
      ...ofReplicas(environment),
      ...ofPeople(environment),
    ].map((problem) => `${environment.name}: ${problem}`),
  );
  const problems = [...ofEach, ...ofNeighbours(environments)];
  if (problems.length === 0) return environments;
  throw new Complaint(
    `infra/src/environments is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** The fields that are as the repository brings them, for a domain that nobody has: valid, but not to be deployed. */
export const examplesIn = (environment: Environment): string[] =>
  leavesOf(environment)
    .filter(([, value]) => typeof value === 'string' && /\bexample\b|^Z(\d)\1+$/.test(value))
    .map(([field]) => field);

function leavesOf(value: object, path = ''): [field: string, value: unknown][] {
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === 'object' ? leavesOf(part, `${path}${key}.`) : [[`${path}${key}`, part]],
  );
}

const unless = (isRight: boolean, field: string, value: unknown, otherwise: string): Problem[] =>
  isRight ? [] : [`${field}: ${JSON.stringify(value)} ${otherwise}`];

const whole = (field: string, value: number, min: number, max: number): Problem[] =>
  unless(
    Number.isInteger(value) && value >= min && value <= max,
    field,
    value,
    `is not a whole number from ${min} to ${max}`,
  );

function range(field: string, { min, max }: Range, least: number): Problem[] {
  const problems = [...whole(`${field}.min`, min, least, 1000), ...whole(`${field}.max`, max, 1, 1000)];
  return [...problems, ...unless(min <= max, `${field}.min`, min, `is more than max, ${max}`)];
}

function ofPlace({ name, account, region }: Environment): Problem[] {
  return [
    ...unless(
      NAME.test(name),
      'name',
      name,
      'is not a name of 22 small letters, digits and single hyphens at most',
    ),
    ...unless(
      account === undefined || /^\d{12}$/.test(account),
      'account',
      account,
      'is not an account of 12 digits',
    ),
    ...unless(
      region === REGION,
      'region',
      region,
      `is not ${REGION}: the CDN's certificate and the health check's alarm live there alone, and would need a stack of their own`,
    ),
  ];
}

function ofNetwork({ region, zones, cidr, natGateways, endpointZones }: Environment): Problem[] {
  const isZone = (zone: string) => zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
  return [
    ...unless(
      zones.length >= 2 && new Set(zones).size === zones.length,
      'zones',
      zones,
      'are not two zones or more',
    ),
    ...unless(zones.every(isZone), 'zones', zones, `are not of ${region}, as ${region}a is`),
    ...unless(PRIVATE_16.test(cidr), 'cidr', cidr, 'is not a private /16, as 10.2.0.0/16 is'),
    // Without one no node reaches the internet; without the others no password is rotated.
    ...whole('natGateways', natGateways, 1, zones.length),
    ...whole('endpointZones', endpointZones, 1, zones.length),
  ];
}

function ofDomain({ domain: { portal, media, hostedZone } }: Environment): Problem[] {
  const isInside = (host: string) => host === hostedZone.name || host.endsWith(`.${hostedZone.name}`);
  const hosts = { portal, media };
  return [
    ...Object.entries(hosts).flatMap(([field, host]) => [
      ...unless(
        HOST.test(host),
        `domain.${field}`,
        host,
        'is not a host of 64 characters at most, in small letters',
      ),
      ...unless(isInside(host), `domain.${field}`, host, `is not in the hosted zone ${hostedZone.name}`),
    ]),
    ...unless(portal !== media, 'domain.media', media, 'is the portal itself'),
    ...unless(
      HOST.test(hostedZone.name),
      'domain.hostedZone.name',
      hostedZone.name,
      'is not a domain, without a dot at its end',
    ),
    ...unless(
      /^Z[A-Z0-9]{1,31}$/.test(hostedZone.id),
      'domain.hostedZone.id',
      hostedZone.id,
      'is not the id of a zone, as Z0123456789ABC is, without /hostedzone/',
    ),
  ];
}

function ofDatabase({
  instanceType,
  storageGb,
  maxStorageGb,
  maxConnections,
  backupDays,
}: Database): Problem[] {
  return [
    ...unless(
      isInstanceType(instanceType),
      'database.instanceType',
      instanceType,
      'is no type, as m7g.large is',
    ),
    ...whole('database.storageGb', storageGb, 20, 65_536),
    ...whole('database.maxStorageGb', maxStorageGb, Math.ceil((storageGb * 11) / 10), 65_536),
    ...whole('database.maxConnections', maxConnections, 100, 5_000),
    ...whole('database.backupDays', backupDays, 1, 35),
  ];
}

function ofNodes({ nodes }: Environment): Problem[] {
  return [
    ...ofGroup('nodes.web', nodes.web),
    ...range('nodes.web', nodes.web, 1),
    ...ofGroup('nodes.transcode', nodes.transcode),
    ...range('nodes.transcode', nodes.transcode, 0),
  ];
}

function ofGroup(group: string, { instanceTypes }: NodeGroup): Problem[] {
  const field = `${group}.instanceTypes`;
  if (instanceTypes.length === 0) return [`${field}: there is none`];
  const unknown = instanceTypes.filter((type) => !isInstanceType(type));
  if (unknown.length > 0) return unknown.map((type) => `${field}: "${type}" is no type, as m7g.large is`);
  const architectures = new Set(instanceTypes.map(architectureOf));
  return [
    ...instanceTypes
      .filter((type) => !isNodeSized(type))
      .map((type) => `${field}: "${type}" is less than 2 vCPU and 2 GiB`),
    ...unless(
      architectures.size === 1,
      field,
      instanceTypes,
      'are not of one architecture, for a group has one image',
    ),
  ];
}

function ofReplicas({ replicas }: Environment): Problem[] {
  return Object.entries(replicas).flatMap(([program, each]) => [
    ...range(`replicas.${program}`, each, program === 'transcoder' ? 0 : 1),
    ...unless(
      each.cpu === undefined || /^\d{2,4}m$/.test(each.cpu),
      `replicas.${program}.cpu`,
      each.cpu,
      'is not thousandths of a vCPU, as 500m is',
    ),
  ]);
}

function ofPeople({
  contactEmail,
  alarmEmail,
  budget,
  requestsPerAddress,
  ci: { repository, environment },
}: Environment): Problem[] {
  return [
    ...unless(ADDRESS.test(contactEmail), 'contactEmail', contactEmail, 'is not an address'),
    ...unless(ADDRESS.test(alarmEmail), 'alarmEmail', alarmEmail, 'is not an address'),
    ...unless(budget > 0, 'budget', budget, 'is not an amount of dollars'),
    ...whole('requestsPerAddress', requestsPerAddress, 10, 2_000_000_000),
    ...unless(/^[\w.-]+\/[\w.-]+$/.test(repository), 'ci.repository', repository, 'is not owner/name'),
    ...unless(environment !== '', 'ci.environment', environment, 'is empty'),
  ];
}

/** What no two can have. */
function ofNeighbours(environments: readonly Environment[]): Problem[] {
  const providers = environments.filter(({ account, ci }) => account && !ci.providerExists);
  return [
    ...twice(environments, 'name', ({ name }) => name),
    // Both would write the records of their mails into it.
    ...twice(environments, 'domain.hostedZone.id', ({ domain }) => domain.hostedZone.id),
    ...twice(providers, 'account', ({ account }) => account).map(
      (problem) => `${problem}, without ci.providerExists in one of them: an account knows GitHub once`,
    ),
  ];
}

function twice(
  environments: readonly Environment[],
  field: string,
  of: (environment: Environment) => string | undefined,
): Problem[] {
  return [...Map.groupBy(environments, of)]
    .filter(([, same]) => same.length > 1)
    .map(
      ([value, same]) =>
        `${same.map(({ name }) => name).join(', ')}: ${field}: "${value}" is that of ${same.length} environments`,
    );
}
