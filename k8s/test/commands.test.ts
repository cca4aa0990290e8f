import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PART_BYTES } from '@anb/service-kit/part-buffers';
import { describe, expect, test } from 'vitest';
import { podOf } from '../checks/pods.ts';
import { named, read, render, root, valuesOf } from './charts.ts';

const commands = ['clean-up', 'audit', 'redrive', 'requeue'];
const objects = await render();
const cronJob = (command: string) => named(objects, 'CronJob', `rising-stars-${command}`);
const podOfCommand = (command: string) => podOf(cronJob(command));
const { spec: service } = named(objects, 'Deployment', 'rising-stars-videos').spec.template;

describe.each(commands)('the Job of %s', (command) => {
  const pod = podOfCommand(command);
  const container = pod?.containers[0];

  test('runs a program that the image of videos holds, as videos, configured like it', () => {
    expect(container?.image).toBe(service.containers[0].image);
    expect(existsSync(join(root, container?.args[0]))).toBe(true);
    expect(pod?.spec.serviceAccountName).toBe(service.serviceAccountName);
    expect(container?.envFrom).toEqual(service.containers[0].envFrom);
    expect(container?.volumeMounts).toEqual(service.containers[0].volumeMounts);
    expect(pod?.spec.volumes).toEqual(service.volumes);
  });

  test('is reached by no Service, and may reach what videos may', () => {
    const labels: Record<string, string> = pod?.metadata.labels;
    const selects = (selector: Record<string, string>) =>
      Object.entries(selector).every(([name, value]) => labels[name] === value);
    for (const { kind, metadata, spec } of objects)
      if (kind === 'Service' || kind === 'PodDisruptionBudget')
        expect(selects(spec.selector.matchLabels ?? spec.selector), metadata.name).toBe(false);
    const policies = objects.filter(
      ({ kind, metadata, spec }) =>
        kind === 'NetworkPolicy' &&
        selects(spec.podSelector.matchLabels) &&
        metadata.name !== 'rising-stars-default-deny',
    );
    expect(policies).toHaveLength(1);
    expect(policies[0]?.spec.egress).toEqual(
      named(objects, 'NetworkPolicy', 'rising-stars-videos').spec.egress,
    );
    expect(policies[0]?.spec.ingress ?? []).toEqual([]);
  });

  test('never runs twice at a time, and never for ever', () => {
    const { concurrencyPolicy, jobTemplate } = cronJob(command).spec;
    expect(concurrencyPolicy).toBe('Forbid');
    expect(jobTemplate.spec.activeDeadlineSeconds).toBeLessThan(3600);
  });

  test('has its variables, and a row for it, in the README of videos', () => {
    const documented = read('services/videos/README.md');
    expect(documented).toContain(`| \`${command}.ts\` |`);
    for (const { name } of container?.env ?? []) expect(documented).toContain(`\`${name}\``);
  });
});

test('the clean-up runs every hour unless switched off, the others when somebody asks', async () => {
  const suspended = commands.filter((command) => cronJob(command).spec.suspend);
  expect(suspended).toEqual(['audit', 'redrive', 'requeue']);
  expect(cronJob('clean-up').spec.schedule).toBe('17 * * * *');
  const limits = await render({ values: valuesOf('ci/limits-values.yaml') });
  expect(named(limits, 'CronJob', 'rising-stars-clean-up').spec).toMatchObject({
    suspend: true,
    schedule: '0 3 * * SUN',
  });
});

test('a pod of videos has memory for as many uploads at once as it takes, a part of each', () => {
  const source = readFileSync(join(root, 'services/videos/src/upload-routes.ts'), 'utf8');
  const atOnce = Number(/MAX_UPLOADS_AT_ONCE = (\d+)/.exec(source)?.[1]);
  const MiB = 1024 ** 2;
  const { memory } = service.containers[0].resources.limits;
  expect(memory).toMatch(/^\d+Mi$/);
  // What else it needs meanwhile: sockets, the heap, buffers that are not collected yet.
  expect(atOnce * PART_BYTES + 400 * MiB).toBeLessThanOrEqual(Number.parseInt(memory, 10) * MiB);
});
