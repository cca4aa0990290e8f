import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helmLint } from '../checks/helm.ts';
import { houseRules } from '../checks/house-rules.ts';
import { annotationProblems } from '../checks/load-balancer.ts';
import { violations } from '../checks/pod-security.ts';
import { podOf } from '../checks/pods.ts';
import { queueTriggerProblems } from '../checks/queue-trigger.ts';
import { problems } from '../checks/validate.ts';
import { outputs, plainManifests } from '../src/synth.ts';
import { chart, helms, named, read, render, root, valueFiles, valuesOf } from './charts.ts';

const byName = <T extends { kind: string; metadata: { name: string } }>(objects: T[]) =>
  Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

describe('what is committed', () => {
  test('is what synth writes; if not: npm run synth', () => {
    const files = outputs();
    for (const [path, content] of files) expect(read(path), path).toBe(content);
    const templates = readdirSync(join(chart, 'templates'), { recursive: true, encoding: 'utf8' });
    const committed = templates.filter((path) => /\.\w+$/.test(path));
    expect(committed.filter((path) => !files.has(`charts/rising-stars/templates/${path}`))).toEqual([]);
  });

  test('the plain manifests are the chart under its default values, to the field', async () => {
    const rendered = await render();
    expect(byName(rendered)).toEqual(byName(plainManifests() as never[]));
  });

  test('Helm 3 and Helm 4 render the same', async () => {
    expect(await render({ helm: helms.helm3 })).toEqual(await render());
  });
});

describe.each(valueFiles)('with %j', (file) => {
  const values = valuesOf(file);

  test('Helm 4 has nothing to say against it', async () => {
    expect(await helmLint(helms.helm4, chart, { values })).toEqual([]);
  });

  test('every object is known to the field, restricted, and as we want our pods', async () => {
    const objects = await render({ values });
    expect(objects.length).toBeGreaterThan(30);
    for (const object of objects) {
      const name = `${object.kind} ${object.metadata.name}`;
      expect([name, ...(await problems(object))]).toEqual([name]);
      expect([name, ...annotationProblems(object), ...queueTriggerProblems(object as never)]).toEqual([name]);
      expect([name, ...violations(object)]).toEqual([name]);
      // A sync of files needs a root that can be written to; it is off in every file here.
      expect([name, ...houseRules(object)]).toEqual([name]);
    }
  });

  test('no two objects have the same name, and every reference leads somewhere', async () => {
    const objects = await render({ values });
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    for (const object of objects) {
      for (const container of podOf(object)?.containers ?? [])
        for (const { configMapRef } of container.envFrom ?? [])
          if (configMapRef) expect(names).toContain(`ConfigMap ${configMapRef.name}`);
      if (object.kind === 'HorizontalPodAutoscaler' || object.kind === 'ScaledObject')
        expect(names).toContain(`Deployment ${object.spec.scaleTargetRef.name}`);
    }
  });
});

describe('Helm 3', () => {
  test.each(valueFiles.filter((file) => /small|external-secrets-|extras|production|dev/.test(file)))(
    'renders %s too',
    async (file) => {
      const values = valuesOf(file);
      expect(await helmLint(helms.helm3, chart, { values })).toEqual([]);
      const rendered = await render({ helm: helms.helm3, values });
      // The development secrets are random.
      const settled = (objects: typeof rendered) => objects.filter(({ kind }) => kind !== 'Secret');
      expect(settled(rendered)).toEqual(settled(await render({ values })));
    },
  );
});

test('a label of their own wins over one of every object', async () => {
  const objects = await render({ values: valuesOf('ci/extras-values.yaml') });
  const teamOf = (kind: string, name: string) => named(objects, kind, name).metadata.labels?.team;
  expect(teamOf('Deployment', 'rising-stars-auth')).toBe('showcase');
  expect(teamOf('ServiceMonitor', 'rising-stars-auth')).toBe('watchers');
  const podTeam = (name: string) => named(objects, 'Deployment', name).spec.template.metadata.labels.team;
  expect([podTeam('rising-stars-auth'), podTeam('rising-stars-votes')]).toEqual(['accounts', 'showcase']);
});

describe('a small cluster', () => {
  test('has at most 3 web pods a program and 3 workers, each small enough for 2 vCPU and 2 GiB', async () => {
    const objects = await render({ values: valuesOf('ci/small-values.yaml') });
    for (const { spec } of objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler'))
      expect(spec.maxReplicas).toBeLessThanOrEqual(3);
    for (const { spec } of objects.filter(({ kind }) => kind === 'ScaledObject'))
      expect(spec.maxReplicaCount).toBeLessThanOrEqual(3);
    for (const pod of objects.map(podOf))
      for (const { resources } of pod?.containers ?? []) {
        // What a node of that size has left for pods.
        expect(cores(resources.requests.cpu)).toBeLessThanOrEqual(1.5);
        expect(mebibytes(resources.limits.memory)).toBeLessThanOrEqual(1400);
      }
  });
});

const cores = (quantity: string) =>
  quantity.endsWith('m') ? Number.parseInt(quantity, 10) / 1000 : Number(quantity);
const mebibytes = (quantity: string) => Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1);

describe('autoscaling', () => {
  test('of web programs is what the defaults say', async () => {
    const { spec } = named(await render(), 'HorizontalPodAutoscaler', 'rising-stars-votes');
    expect(spec).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
    expect(spec.metrics).toEqual([
      {
        type: 'ContainerResource',
        containerResource: {
          container: 'votes',
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: 65 },
        },
      },
    ]);
    expect(spec.behavior).toEqual({
      scaleUp: { stabilizationWindowSeconds: 180, policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] },
      scaleDown: {
        stabilizationWindowSeconds: 600,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 600 }],
      },
    });
  });

  test('owns the number of replicas: no Deployment names one', async () => {
    for (const { kind, spec } of await render())
      if (kind === 'Deployment') expect(spec).not.toHaveProperty('replicas');
    const fixed = await render({ values: valuesOf('ci/no-autoscaling-values.yaml') });
    expect(named(fixed, 'Deployment', 'rising-stars-votes').spec.replicas).toBe(5);
    expect(fixed.filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')).toEqual(
      [],
    );
  });

  test('of workers counts the jobs in work, has a maximum, and a fallback', async () => {
    const { spec } = named(await render(), 'ScaledObject', 'rising-stars-transcoder');
    expect(spec.triggers[0].metadata).toMatchObject({ scaleOnInFlight: 'true', queueLength: '1' });
    expect(spec).toMatchObject({
      maxReplicaCount: 10,
      minReplicaCount: 1,
      fallback: { failureThreshold: 3, replicas: 2, behavior: 'currentReplicasIfHigher' },
    });
  });
});

describe('the migration', () => {
  const hookOf = ({ metadata }: { metadata: { annotations?: Record<string, string> } }) => ({
    events: metadata.annotations?.['helm.sh/hook'] ?? '',
    weight: Number(metadata.annotations?.['helm.sh/hook-weight'] ?? 0),
    deleted: metadata.annotations?.['helm.sh/hook-delete-policy'],
  });

  test('comes before the release, and all that it needs before it', async () => {
    const objects = await render({ values: valuesOf('ci/external-secrets-values.yaml') });
    const job = named(objects, 'Job', 'rising-stars-migrate');
    const hooks = 'pre-install,pre-upgrade';
    expect(hookOf(job)).toEqual({ events: hooks, weight: 0, deleted: 'before-hook-creation' });
    const needed = [
      named(objects, 'ServiceAccount', job.spec.template.spec.serviceAccountName),
      ...objects.filter(({ kind }) => kind === 'ExternalSecret'),
    ];
    expect(needed).toHaveLength(7);
    for (const object of needed)
      expect(hookOf(object)).toEqual({ events: hooks, weight: -10, deleted: 'before-hook-creation' });
    // Its openings must not outlive it: nobody would take them away when policies are switched off.
    const policy = named(objects, 'NetworkPolicy', 'rising-stars-migrate');
    expect(hookOf(policy)).toEqual({
      events: hooks,
      weight: -10,
      deleted: 'before-hook-creation,hook-succeeded',
    });
    expect(job.spec.template.metadata.labels).toMatchObject(policy.spec.podSelector.matchLabels);
    const secrets = objects
      .filter(({ kind }) => kind === 'ExternalSecret')
      .map(({ metadata }) => metadata.name);
    const [container] = job.spec.template.spec.containers;
    for (const { valueFrom } of container.env)
      if (valueFrom) expect(secrets).toContain(valueFrom.secretKeyRef.name);
    expect(container).not.toHaveProperty('envFrom');
  });

  test('is an ordinary Job, new at each revision, where Postgres comes with the release', async () => {
    const job = named(await render({ values: valuesOf('values-dev.yaml') }), 'Job', 'rising-stars-migrate-1');
    expect(hookOf(job).events).toBe('');
  });
});

describe('files', () => {
  test('that the documents name exist', () => {
    for (const page of ['charts/rising-stars/README.md', 'docs/deploy.md', 'k8s/README.md'])
      for (const [, link = ''] of read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
        if (!link.startsWith('http'))
          expect(existsSync(join(root, page, '..', link)), `${page}: ${link}`).toBe(true);
  });
});

test('a signing key is added to its Secret alone: all entries of it are brought and mounted', async () => {
  const objects = await render({ values: valuesOf('ci/external-secrets-remote-keys-values.yaml') });
  const { spec } = named(objects, 'ExternalSecret', 'rising-stars-signing-key');
  expect([spec.data, spec.dataFrom]).toEqual([
    undefined,
    [{ extract: { key: 'production/rising-stars/signing-key' } }],
  ]);
  const pod = named(objects, 'Deployment', 'rising-stars-auth').spec.template.spec;
  const volume = pod.volumes.find(({ name }: { name: string }) => name === 'signing-keys');
  expect(volume.secret).toEqual({ secretName: 'rising-stars-signing-key', defaultMode: 0o440 });
});

test('the alerts know the pods of a release by its name, and where its runbooks are', async () => {
  const set = { 'monitoring.runbookBase': 'https://wiki.example.com/runbooks' };
  const rules = JSON.stringify(
    named(await render({ release: 'showcase', set }), 'PrometheusRule', 'showcase-alerts'),
  );
  expect(rules).toContain('pod=~\\"showcase-(auth|');
  expect(rules).toContain('job_name=~\\"showcase-migrate(');
  expect(rules).toContain('https://wiki.example.com/runbooks/anb-dead-letters.md');
  expect(rules).not.toMatch(/RUNBOOK_BASE|rising-stars-(auth|migrate)/);
});
