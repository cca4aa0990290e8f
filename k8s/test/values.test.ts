import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { read, render, root } from './charts.ts';

interface Schema {
  description?: string;
  type?: string;
  properties?: Record<string, Schema>;
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  minItems?: number;
}

const text = read('charts/rising-stars/values.yaml');
const written = parse(text);
const folder = mkdtempSync(join(tmpdir(), 'anb-values-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What Helm says to these values; '' when it takes them. */
async function refusal(values: unknown): Promise<string> {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, stringify(values));
  return render({ values: [file] }).then(
    () => '',
    (error: Error) => error.message,
  );
}

const schema: Schema = JSON.parse(read('charts/rising-stars/values.schema.json'));
const leaves = leavesOf(schema, []);

function leavesOf(node: Schema, path: string[]): { path: string[]; node: Schema }[] {
  if (!node.properties) return [{ path, node }];
  return Object.entries(node.properties).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

function sectionsOf(node: Schema, path: string): { path: string; node: Schema }[] {
  if (!node.properties) return [];
  const below = Object.entries(node.properties).flatMap(([key, child]) =>
    sectionsOf(child, `${path}/${key}`),
  );
  return [{ path, node }, ...below];
}

function put(path: string[], value: unknown, into: Record<string, unknown> = {}): Record<string, unknown> {
  const [key = '', ...rest] = path;
  into[key] = rest.length === 0 ? value : put(rest, value, into[key] as Record<string, unknown> | undefined);
  return into;
}

test('the chart’s README says of every Secret who reads it', () => {
  const section =
    read('charts/rising-stars/README.md')
      .split('\n## ')
      .find((part) => part.startsWith('Secrets')) ?? '';
  const names = [...text.matchAll(/existingSecret: (\S+)/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(7);
  const isTold = (name: string) =>
    section.includes(`\`${name}\``) || section.includes(`\`${name.replace('rising-stars-database', '')}\``);
  expect(names.filter((name) => !isTold(name))).toEqual([]);
});

/** Breaks one rule in every leaf that has it, in one run: Helm names them all. */
async function expectAllRefused(rule: string, breaking: (node: Schema) => unknown) {
  const broken = leaves.filter(({ node }) => breaking(node) !== undefined);
  expect(broken.length, `leaves with the rule "${rule}"`).toBeGreaterThan(0);
  const values: Record<string, unknown> = {};
  for (const { path, node } of broken) put(path, breaking(node), values);
  const message = await refusal(values);
  for (const { path } of broken) expect(message).toContain(`'/${path.join('/')}`);
}

describe("the schema's rules: each has a value that is refused", () => {
  test('types', () =>
    expectAllRefused('type', ({ type }) =>
      type === 'string' ? 42 : type === undefined ? undefined : 'text',
    ));
  test('lower bounds', () =>
    expectAllRefused('minimum', ({ minimum }) => (minimum === undefined ? undefined : minimum - 1)));
  test('upper bounds', () =>
    expectAllRefused('maximum', ({ maximum }) =>
      maximum === undefined || maximum > 2 ** 52 ? undefined : maximum + 1,
    ));
  test('patterns', () => expectAllRefused('pattern', ({ pattern }) => (pattern ? '\t not so' : undefined)));
  test('choices', () => expectAllRefused('enum', (node) => (node.enum ? 'none of these' : undefined)));
  test('what may not be empty', () =>
    expectAllRefused('minLength', ({ minLength }) => (minLength ? '' : undefined)));
  test('lists that must have an entry', () =>
    expectAllRefused('minItems', ({ minItems }) => (minItems ? [] : undefined)));
  test('what is in lists', () => expectAllRefused('items', ({ items }) => (items ? [42] : undefined)));

  test('names in maps', async () => {
    const maps = leaves.filter(({ node }) => node.propertyNames?.pattern);
    expect(maps.length).toBeGreaterThan(0);
    const values: Record<string, unknown> = {};
    const nameFor = (path: string[]) => `${path.join('.')}, not so!`;
    for (const { path } of maps) put(path, { [nameFor(path)]: '' }, values);
    const message = await refusal(values);
    for (const { path } of maps) expect(message).toContain(`invalid propertyName '${nameFor(path)}'`);
  });
  test('what is in maps', () =>
    expectAllRefused('additionalProperties', ({ additionalProperties: values }) =>
      typeof values === 'object' && values.pattern ? { key: ', not = so' } : undefined,
    ));

  test('unknown keys, in every section', async () => {
    const sections = sectionsOf(schema, '')
      .filter(({ node }) => node.additionalProperties === false)
      .map(({ path }) => path);
    const values: Record<string, unknown> = {};
    for (const section of sections) put([...section.split('/').filter(Boolean), 'unknownKey'], 1, values);
    const message = await refusal(values);
    for (const section of sections) expect(message).toContain(`at '${section}'`);
    expect(message.match(/'unknownKey'/g)?.length).toBe(sections.length);
  });

  test('nothing where something must be', async () => {
    const required = leaves.filter(({ path }) => path[0] !== 'global');
    const values: Record<string, unknown> = {};
    for (const { path } of required) put(path, null, values);
    const message = await refusal(values);
    for (const { path } of required) expect(message, path.join('.')).toContain(`'${path.at(-1)}'`);
  });
});

describe('what people get wrong is refused', () => {
  test.each([
    ['a key with a slip', { votes: { autoscaling: { minReplica: 3 } } }, "'minReplica' not allowed"],
    ['a section that is not there', { vote: {} }, "'vote' not allowed"],
    [
      'an empty list of networks, which would open to all',
      { networkPolicy: { loadBalancerCidrs: [] } },
      'minItems',
    ],
    [
      'an address for a network',
      { networkPolicy: { databaseCidrs: ['10.0.0.1'] } },
      'does not match pattern',
    ],
    [
      'a time of the day for a schedule',
      { videos: { commands: { cleanUp: { schedule: '03:00' } } } },
      'pattern',
    ],
    ['no processor to measure against', { auth: { resources: { requests: { cpu: null } } } }, "'cpu'"],
    ['a limit in words', { auth: { resources: { limits: { memory: 'much' } } } }, 'does not match pattern'],
    ['a number as text', { auth: { replicas: 'two' } }, 'want integer'],
    ['a digest that is none', { auth: { image: { digest: 'latest' } } }, 'does not match pattern'],
    ['a public address with a path', { publicUrl: 'https://example.com/app' }, 'does not match pattern'],
    ["a queue's name for its address", { queue: { url: 'transcode' } }, 'does not match pattern'],
    ['TLS that verifies nothing', { database: { sslMode: 'prefer' } }, "'verify-full', 'disable'"],
    ['a secret without a name', { secrets: { auth: { existingSecret: '' } } }, 'does not match pattern'],
    ['nobody at work for ever', { transcoder: { keda: { maxReplicas: 0 } } }, 'minimum'],
    [
      'a network that does not exist',
      { networkPolicy: { loadBalancerCidrs: ['999.1.1.1/99'] } },
      'does not match pattern',
    ],
    ['more than a host for a host', { database: { host: 'a.example.com/x?y=' } }, 'does not match pattern'],
    ['a tag that breaks the list', { ingress: { tags: { a: 'x,y=z' } } }, 'does not match pattern'],
    ['an idle time longer than our connections live', { ingress: { idleTimeoutSeconds: 300 } }, 'maximum'],
    [
      'a registry with a scheme',
      { image: { registry: 'https://mirror.example.com' } },
      'does not match pattern',
    ],
    [
      'a registry with a slash at its end',
      { image: { registry: 'mirror.example.com/' } },
      'does not match pattern',
    ],
    ['a host in capitals', { publicUrl: 'https://ANB.example.com' }, 'does not match pattern'],
    [
      'a host with nothing between two dots',
      { publicUrl: 'https://a..example.com' },
      'does not match pattern',
    ],
    ['half a network', { networkPolicy: { awsCidrs: ['2600:1f00::/129'] } }, 'does not match pattern'],
    ['a service without autoscaling bounds', { portal: { autoscaling: null } }, "'autoscaling'"],
  ])('%s', async (_case, values, words) => {
    expect(await refusal(values)).toContain(words);
  });
});

test("only what is somebody else's is open to any key", () => {
  const open = sectionsOf(schema, '').filter(({ node }) => node.additionalProperties !== false);
  // A parent chart's values, and quantities by the name of the resource.
  expect(
    open.map(({ path }) => path).filter((path) => !/^\/global$|\/resources\/(requests|limits)$/.test(path)),
  ).toEqual([]);
});

describe('contradictions are refused with what to do', () => {
  test.each([
    [
      'more at least than at most',
      { votes: { autoscaling: { minReplicas: 7 } } },
      'votes.autoscaling: minReplicas (7) is more than maxReplicas (6)',
    ],
    [
      'the same for workers',
      { transcoder: { keda: { minReplicas: 11 } } },
      'transcoder.keda: minReplicas (11)',
    ],
    [
      'a grace shorter than the pause',
      { auth: { terminationGracePeriodSeconds: 80 } },
      'auth: terminationGracePeriodSeconds (80) must leave deregistrationDelaySeconds (30)',
    ],
    [
      'HTTPS for a plain address',
      { publicUrl: 'http://a.example.com' },
      'publicUrl (http://a.example.com) must begin with https://',
    ],
    [
      'half a widget',
      { challenge: { verifyUrl: 'https://c.example.com/verify', siteKey: 'key' } },
      'challenge: scriptUrl and siteKey show the widget, which only both can',
    ],
    [
      'a widget whose answer nobody judges',
      { challenge: { scriptUrl: 'https://c.example.com/api.js', siteKey: 'key' } },
      'and verifyUrl judges what it gives',
    ],
    [
      'more connections than the database has',
      { database: { maxConnections: 420 } },
      'could open 344 database connections, of which database.maxConnections (420) allows 336',
    ],
    [
      'more workers than it has',
      { transcoder: { keda: { maxReplicas: 80 } } },
      'lower databasePool or maxReplicas',
    ],
    [
      'an upload cut before the load balancer lets go of it',
      { videos: { terminationGracePeriodSeconds: 300 } },
      'videos: terminationGracePeriodSeconds (300) must leave deregistrationDelaySeconds (900)',
    ],
    [
      'no time to put a job back',
      { transcoder: { terminationGracePeriodSeconds: 30 } },
      'transcoder.terminationGracePeriodSeconds (30): at least 90',
    ],
    [
      'more workers in need than at most',
      { transcoder: { keda: { fallbackReplicas: 11 } } },
      'fallbackReplicas (11) is more than maxReplicas (10)',
    ],
    [
      'a queue elsewhere',
      { aws: { region: 'sa-east-1' } },
      'queue.url is in us-east-1, but aws.region is sa-east-1',
    ],
    [
      'a name that no Service may have',
      { fullnameOverride: '1st' },
      '1st can not begin the names of Services',
    ],
    [
      "a label of the chart's own",
      { votes: { podLabels: { 'app.kubernetes.io/name': 'other' } } },
      "votes.podLabels: app.kubernetes.io/name is the chart's own",
    ],
    [
      'a port that the load balancer does not have',
      { publicUrl: 'https://a.example.com:8443' },
      'must have no port',
    ],
    [
      'direct uploads that the workers have no room for',
      { videos: { maxDirectUploadMb: 1537 } },
      'transcoder.scratchSize (2Gi) must hold the largest upload (videos.maxUploadMb or maxDirectUploadMb, 1537) and 512 MiB for its clip: 2049Mi or more',
    ],
    [
      'other uploads that they have no room for',
      { videos: { maxUploadMb: 600 }, transcoder: { scratchSize: '1111Mi' } },
      'maxDirectUploadMb, 600) and 512 MiB for its clip: 1112Mi or more',
    ],
    [
      'rights shared by two programs',
      { votes: { serviceAccount: { name: 'app' } }, transcoder: { serviceAccount: { name: 'app' } } },
      "transcoder.serviceAccount: app is another program's already",
    ],
    [
      "the name that another one's has by default",
      { votes: { serviceAccount: { name: 'rising-stars-auth' } } },
      "votes.serviceAccount: rising-stars-auth is another program's already",
    ],
    ['a number for a name', { publicUrl: 'https://10.0.0.1' }, 'must be a name while ingress.enabled is on'],
    [
      'two makers of one secret',
      {
        externalSecrets: { enabled: true },
        secrets: { videos: { existingSecret: 'db' }, votes: { existingSecret: 'db' } },
      },
      "secrets.votes.existingSecret: db is another entry's already",
    ],
    ['stand-ins that nobody uses', { dev: { enabled: true } }, 'begin with --values values-dev.yaml'],
    [
      "the pods' own annotation",
      { votes: { podAnnotations: { 'checksum/config': '1' } } },
      "votes.podAnnotations: checksum/config is the chart's own",
    ],
    [
      'an annotation that has its value',
      { ingress: { annotations: { 'alb.ingress.kubernetes.io/scheme': 'internal' } } },
      'ingress.annotations: alb.ingress.kubernetes.io/scheme is set by a value of its own',
    ],
  ])('%s', async (_case, values, words) => {
    expect(await refusal(values)).toContain(words);
  });

  test('the connections count the pods of a rollout', async () => {
    // auth 5, videos 10, votes 10 for 6 pods and as many that leave; transcoder 2 for 10; a migration, a shell and two commands.
    const enough = Math.ceil(((5 + 10 + 10) * 12 + 2 * 20 + 4) / 0.8);
    expect(await refusal({ database: { maxConnections: enough + 1 } })).toBe('');
  });

  test('a Secret may serve two logins, and a room hold an upload and its clip to the MiB', async () => {
    const secrets = { videos: { existingSecret: 'db' }, votes: { existingSecret: 'db' } };
    const app = { create: false, name: 'rising-stars-votes' };
    expect(await refusal({ auth: { serviceAccount: app } })).toBe('');
    expect(await refusal({ secrets, videos: { maxDirectUploadMb: 1536 } })).toBe('');
  });
});

/** Entries with a meaning of their own; what is inside a default (requests, limits) has none. */
const described = leaves.filter(({ node }) => node.description);

test.each(described.map(({ path, node }) => [path.join('.'), path, node] as const))(
  'values.yaml has %s, with what it means above it',
  (_name, path, { description }) => {
    const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], written);
    expect(value).not.toBeUndefined();
    expect(text).toContain(`# ${description}\n${'  '.repeat(path.length - 1)}${path.at(-1)}:`);
    expect(description?.length).toBeGreaterThan(5);
  },
);

const templates = join(root, 'charts/rising-stars/templates');
const sources = readdirSync(templates, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.\w+$/.test(path))
  .map((path) => readFileSync(join(templates, path), 'utf8'));
const pathsIn = (source: string) =>
  [...source.matchAll(/\.Values\.([\w.]+\w)/g)].map(([, path = '']) => path);

test('every value that a template, the notes or a check reads is there', () => {
  const used = sources.flatMap(pathsIn);
  expect(used.length).toBeGreaterThan(200);
  for (const path of new Set(used)) {
    const value = path
      .split('.')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], written);
    expect(value, path).not.toBeUndefined();
  }
});

/** By its whole path, or by its name where its section is gone into, perhaps by a helper that is handed it. */
function isRead(path: string[]): boolean {
  const byName = new RegExp(`\\.${path.at(-1)}\\b`);
  return sources.some((source) =>
    pathsIn(source).some((used) => {
      if (used === path.join('.')) return true;
      if (!path.join('.').startsWith(`${used}.`)) return false;
      const isHanded = source.includes(`(list . .Values.${used})`);
      return (isHanded ? sources : [source]).some((text) => byName.test(text));
    }),
  );
}

test.each(described.map(({ path }) => [path.join('.'), path] as const))('%s does something', (name, path) => {
  // A parent chart reads this one, in its Chart.yaml.
  if (name !== 'enabled') expect(isRead(path)).toBe(true);
});

test('every section says what it is about', () => {
  expect(text).not.toContain('# undefined');
});
