import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ObjectStore } from '@anb/service-kit/objects';
import { KEEP_ALIVE_MS } from '@anb/service-kit/slow-clients';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { named, read, render, root, valuesOf } from './charts.ts';

afterEach(() => void vi.unstubAllEnvs());
const programs = ['auth', 'videos', 'votes', 'portal', 'transcoder'];

describe.each([
  '',
  'values-dev.yaml',
  'ci/other-region-values.yaml',
  'ci/database-values.yaml',
  'ci/challenge-values.yaml',
])('the environment that %j renders', (file) => {
  test.each(programs)('is one that %s accepts, with nothing it does not know', async (program) => {
    const objects = await render({ values: valuesOf(file) });
    const env: Record<string, string> = named(objects, 'ConfigMap', `rising-stars-${program}`).data;
    for (const [name, value] of Object.entries(env))
      if (value.startsWith('/run/secrets/')) env[name] = standIn(name);
    const known = Object.keys(configOf(program, env));
    const documented = read(`services/${program}/README.md`);
    // Credentials are the SDK's business; only a development cluster names them.
    const ours = Object.keys(env).filter((name) => !/^AWS_(ACCESS|SECRET)/.test(name));
    expect(known).toEqual(expect.arrayContaining(ours));
    for (const name of ours) expect(documented, name).toContain(`\`${name}\``);
  });
});

/** For what is mounted in the pod. */
const standIn = (name: string) => (name.endsWith('_DIR') ? import.meta.dirname : import.meta.filename);

/** The program's own reading of it; it exits 78 with the problems when it refuses. */
function configOf(program: string, env: Record<string, string>): Record<string, unknown> {
  const file = JSON.stringify(join(root, `services/${program}/src/config.ts`));
  const print = `import(${file}).then((m) => console.log(JSON.stringify(m.readConfig())))`;
  return JSON.parse(execFileSync(process.execPath, ['-e', print], { env, stdio: 'pipe', encoding: 'utf8' }));
}

test.each(programs)('the defaults in the README of %s are those of the program', async (program) => {
  const rows = [...read(`services/${program}/README.md`).matchAll(/^\| `(\w+)` \| `([^`$]*)` \|/gm)];
  const { data } = named(await render(), 'ConfigMap', `rising-stars-${program}`);
  const env = Object.fromEntries(
    Object.entries(data as Record<string, string>)
      .filter(([name]) => !rows.some(([, documented]) => documented === name))
      .map(([name, value]) => [name, value.startsWith('/run/secrets/') ? standIn(name) : value]),
  );
  const config = configOf(program, env);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(([, name = '']) => [name, String(config[name])])).toEqual(
    rows.map(([, name, value]) => [name, value]),
  );
});

test.each([
  {},
  { 'storage.bucket': 'clips.example.com', 'aws.region': 'sa-east-1' },
  { 'aws.region': 'cn-north-1' },
  { 'aws.region': 'eusc-de-east-1' },
  { 'storage.endpoint': 'https://s3.example.net:9000/' },
  { 'storage.endpoint': 'http://minio:9000', 'storage.publicEndpoint': 'https://store.example.com/s3' },
])('the portal lets browsers go where videos signs addresses to, with %j', async (values) => {
  const set = { 'queue.url': 'https://queue.example.net/000000000000/jobs', ...values };
  const objects = await render({ set });
  const env = (service: string) => named(objects, 'ConfigMap', `rising-stars-${service}`).data;
  const { AWS_REGION: region, S3_BUCKET: bucket, S3_ENDPOINT, S3_PUBLIC_ENDPOINT } = env('videos');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  const store = new ObjectStore({
    region,
    bucket,
    endpoint: S3_ENDPOINT,
    publicEndpoint: S3_PUBLIC_ENDPOINT,
  });
  const [part] = await store.signParts('key', 'upload', [{ number: 1, bytes: 1 }]);
  const origins = [part?.url ?? '', await store.signedUrl('key')].map((url) => new URL(url).origin);
  expect(origins).toEqual([env('portal').STORE_ORIGIN, env('portal').STORE_ORIGIN]);
});

test('connections outlive those of the load balancer', async () => {
  const objects = await render();
  const attributes: string =
    named(objects, 'Ingress', 'rising-stars-public').metadata.annotations?.[
      'alb.ingress.kubernetes.io/load-balancer-attributes'
    ] ?? '';
  const idle = Number(/idle_timeout\.timeout_seconds=(\d+)/.exec(attributes)?.[1]);
  expect(idle * 1000).toBeLessThan(KEEP_ALIVE_MS);
});

test('a pod that leaves is forgotten before it stops: the pause is longer than the health check and the deregistration take', async () => {
  for (const program of ['auth', 'votes', 'portal']) {
    const objects = await render();
    const { spec } = named(objects, 'Deployment', `rising-stars-${program}`).spec.template;
    const annotations = named(objects, 'Service', `rising-stars-${program}`).metadata.annotations ?? {};
    const number = (name: string) => Number(annotations[`alb.ingress.kubernetes.io/${name}`]);
    const pause = spec.containers[0].lifecycle.preStop.sleep.seconds;
    expect(pause).toBeGreaterThan(
      number('healthcheck-interval-seconds') * number('unhealthy-threshold-count'),
    );
    const deregistration = /deregistration_delay\.timeout_seconds=(\d+)/.exec(
      annotations['alb.ingress.kubernetes.io/target-group-attributes'] ?? '',
    );
    expect(pause).toBeGreaterThanOrEqual(Number(deregistration?.[1]));
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pause + 30);
  }
});
