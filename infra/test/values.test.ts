import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../k8s/checks/helm.ts';
import { named, render } from '../../k8s/test/charts.ts';
import { production } from '../src/environments/production.ts';
import { fakeOutputs, writeFakeOutputs } from './fake-outputs.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../src/commands/values.ts');
const folder = mkdtempSync(join(tmpdir(), 'anb-values-'));
afterAll(() => rmSync(folder, { recursive: true }));

const valuesFrom = async (outputs = fakeOutputs) => {
  const to = join(folder, 'values.yaml');
  const file = writeFakeOutputs(join(folder, 'outputs.json'), outputs);
  const { stdout } = await run(process.execPath, [program, 'production', '--outputs', file, '--to', to]);
  return { to, stdout };
};

describe('the values written from the outputs of production', () => {
  let objects: KubernetesObject[];
  let written: string;

  beforeAll(async () => {
    const { to } = await valuesFrom();
    written = readFileSync(to, 'utf8');
    objects = await render({ values: [to], apiVersions: ['monitoring.coreos.com/v1'] });
  });

  test('are taken by the chart, and leave nothing of its examples', () => {
    const text = JSON.stringify(objects);
    const examples = text.match(/[\w.-]+\.example\.\w+|example\.internal|0{12}|123456789012/g) ?? [];
    // Whom the environment itself names.
    expect(examples.filter((example) => !production.contactEmail.endsWith(example))).toEqual([]);
  });

  test('name every secret that the chart needs, by an ARN of the stacks', () => {
    const wanted = objects.filter(({ kind }) => kind === 'ExternalSecret');
    const given = Object.values(fakeOutputs).flatMap((outputs) => Object.values(outputs));
    const keysOf = ({ spec }: KubernetesObject): string[] => [
      ...(spec.data ?? []).map((entry: { remoteRef: { key: string } }) => entry.remoteRef.key),
      ...(spec.dataFrom ?? []).map((entry: { extract: { key: string } }) => entry.extract.key),
    ];
    const keys = new Set(wanted.flatMap(keysOf));
    expect(keys.size).toBe(7);
    for (const key of keys) expect(given).toContain(key);
    // Whatever a pod mounts or reads is brought by one of them.
    const brought = wanted.map(({ spec, metadata }) => spec.target?.name ?? metadata.name);
    const mounted = JSON.stringify(objects).match(/"secretName":"[^"]+"/g) ?? [];
    for (const mount of mounted) expect(brought).toContain(JSON.parse(`{${mount}}`).secretName);
  });

  test('name every address that the programs need', () => {
    const config = (program: string) => named(objects, 'ConfigMap', `rising-stars-${program}`).data;
    const { MediaBucket, QueueUrl, DeadLetterUrl, MediaBaseUrl, DatabaseHost } =
      fakeOutputs['rising-stars-production-data'] ?? {};
    expect(config('videos')).toMatchObject({
      DATABASE_URL: `postgres://anb_videos@${DatabaseHost}:5432/anb?sslmode=verify-full`,
      PUBLIC_URL: 'https://estrellas.test',
      MEDIA_BASE_URL: MediaBaseUrl,
      AWS_REGION: 'us-east-1',
      S3_BUCKET: MediaBucket,
      SQS_QUEUE_URL: QueueUrl,
      SQS_DEAD_LETTER_URL: DeadLetterUrl,
    });
    expect(config('transcoder')).toMatchObject({ S3_BUCKET: MediaBucket, SQS_QUEUE_URL: QueueUrl });
    expect(config('auth')).toMatchObject({
      MAIL_URL: 'smtp://email-smtp.us-east-1.amazonaws.com:587',
      MAIL_USERNAME: 'SMTP-USER-OF-NOBODY',
      MAIL_FROM: 'ANB Rising Stars <no-reply@estrellas.test>',
    });
    const images = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec.template.spec.containers[0].image);
    for (const image of images)
      expect(image).toMatch(/^210987654321\.dkr\.ecr\.us-east-1\.amazonaws\.com\/production\/rising-stars-/);
  });

  test('guard the load balancer and narrow the networks', () => {
    const [ingress] = objects.filter(({ kind }) => kind === 'Ingress');
    const annotation = (name: string) => ingress?.metadata.annotations?.[`alb.ingress.kubernetes.io/${name}`];
    expect(annotation('certificate-arn')).toBe(
      fakeOutputs['rising-stars-production-edge']?.PortalCertificate,
    );
    expect(annotation('wafv2-acl-arn')).toBe(fakeOutputs['rising-stars-production-edge']?.WebAcl);
    expect(annotation('load-balancer-attributes')).toContain('deletion_protection.enabled=true');
    expect(annotation('load-balancer-attributes')).toContain(
      'access_logs.s3.bucket=rising-stars-production-network-logs-1abcdef',
    );
    const policies = JSON.stringify(objects.filter(({ kind }) => kind === 'NetworkPolicy'));
    expect(policies).toContain('"cidr":"10.0.2.0/24"');
    expect(policies).toContain('"cidr":"10.0.130.0/24"');
    expect(policies).not.toContain('"cidr":"10.0.0.0/8"');
  });

  test('scale as the environment says', () => {
    const { votes, transcoder } = production.replicas;
    expect(named(objects, 'HorizontalPodAutoscaler', 'rising-stars-votes').spec).toMatchObject({
      minReplicas: votes.min,
      maxReplicas: votes.max,
    });
    expect(named(objects, 'ScaledObject', 'rising-stars-transcoder').spec).toMatchObject({
      minReplicaCount: transcoder.min,
      maxReplicaCount: transcoder.max,
    });
    const { nodeSelector, tolerations } = named(objects, 'Deployment', 'rising-stars-transcoder').spec
      .template.spec;
    expect(nodeSelector).toMatchObject({ workload: 'transcode' });
    expect(tolerations).toEqual([
      { key: 'workload', operator: 'Equal', value: 'transcode', effect: 'NoSchedule' },
    ]);
  });

  test('hold no secret', () => {
    const { secrets } = parse(written);
    for (const entry of Object.values<object>(secrets)) expect(Object.keys(entry)).toEqual(['remoteKey']);
  });
});

test('outputs that are missing are named, and no file is written', async () => {
  const { 'rising-stars-production-data': data, ...others } = fakeOutputs;
  const { MediaBucket, QueueUrl, ...rest } = data ?? {};
  const to = join(folder, 'none.yaml');
  const file = writeFakeOutputs(join(folder, 'fewer.json'), {
    ...others,
    'rising-stars-production-data': rest,
  });
  await expect(
    run(process.execPath, [program, 'production', '--outputs', file, '--to', to]),
  ).rejects.toMatchObject({
    stderr: expect.stringContaining('data.MediaBucket, data.QueueUrl'),
  });
  expect(() => readFileSync(to)).toThrow(/ENOENT/);
});
