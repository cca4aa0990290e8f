import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseManifests } from '../../k8s/checks/helm.ts';
import { podOf } from '../../k8s/checks/pods.ts';
import { problems } from '../../k8s/checks/validate.ts';
import type { Place } from '../src/addons/addon.ts';
import { CLUSTER_AUTOSCALER_IMAGE, clusterAutoscalerValues } from '../src/addons/cluster-autoscaler.ts';
import { eksAddons } from '../src/addons/eks.ts';
import { kedaValues } from '../src/addons/keda.ts';
import { prometheusStackValues } from '../src/addons/kube-prometheus-stack.ts';
import { loadBalancerControllerValues, webPrograms } from '../src/addons/load-balancer-controller.ts';
import { SECRET_STORE } from '../src/addons/manifests.ts';
import { MONITORING, monitorLabels, PROMETHEUS } from '../src/addons/monitoring.ts';
import { KUBERNETES_VERSION, steps } from '../src/addons.ts';
import { environments } from '../src/environments/index.ts';
import { templatesOf, theOnly } from './templates.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const application = parse(read('charts/rising-stars/values.yaml'));
const applicationObjects = parseManifests(read('k8s/manifests/rising-stars.yaml'));

const place: Place = {
  region: 'us-east-1',
  clusterName: 'rising-stars-dev',
  clusterArn: 'arn:aws:eks:us-east-1:111122223333:cluster/rising-stars-dev',
  vpcId: 'vpc-0',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:alarms',
};
const charts = steps.filter((step) => step.kind === 'chart');
const objects = steps.flatMap((step) => (step.kind === 'manifests' ? step.objects(place) : []));
const object = (kind: string, name: string) =>
  objects.find((candidate) => candidate.kind === kind && candidate.metadata.name === name);
const numbers = (version: string) => version.replace(/^v/, '').split(/[.-]/).map(Number);

describe('versions', () => {
  test.each(eksAddons.map(({ name, version }) => [name, version]))(
    '%s is pinned to one build',
    (_, version) => {
      expect(version).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    },
  );

  test.each(charts.map(({ name, version }) => [name, version]))('%s is pinned exactly', (_, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test.each([
    ['kubernetes', KUBERNETES_VERSION, 'Kubernetes'],
    ['keda', undefined, 'KEDA'],
    ['aws-load-balancer-controller', undefined, 'AWS Load Balancer Controller'],
    ['external-secrets', undefined, 'External Secrets'],
  ])('%s is one that docs/deploy.md allows', (name, own, title) => {
    const version = own ?? charts.find((chart) => chart.name === name)?.version ?? '';
    const [, least = ''] = new RegExp(`${title} ≥ ([\\d.]+)`).exec(read('docs/deploy.md')) ?? [];
    const [major = 0, minor = 0] = numbers(version);
    const [leastMajor = Number.NaN, leastMinor = Number.NaN] = numbers(least);
    expect(major > leastMajor || (major === leastMajor && minor >= leastMinor)).toBe(true);
  });

  test('the cluster is of the version that they are for', async () => {
    const { Version } = theOnly(await templatesOf('dev'), 'AWS::EKS::Cluster');
    expect(Version).toBe(KUBERNETES_VERSION);
  });

  test("kube-proxy and the autoscaler are of the cluster's own minor version", () => {
    const proxy = eksAddons.find(({ name }) => name === 'kube-proxy');
    for (const version of [proxy?.version, CLUSTER_AUTOSCALER_IMAGE])
      expect(version).toMatch(new RegExp(`^v${KUBERNETES_VERSION.replace('.', '\\.')}\\.`));
  });
});

describe('what the application relies on', () => {
  test('the secret store has the name that the chart asks for, and serves its namespace only', () => {
    const { kind, name } = application.externalSecrets.store;
    expect(name).toBe(SECRET_STORE);
    expect(object(kind, name)?.spec).toMatchObject({ conditions: [{ namespaces: ['rising-stars'] }] });
  });

  test('its namespace is the one of the manifests', () => {
    expect(object('Namespace', 'rising-stars')).toEqual(parse(read('k8s/manifests/namespace.yaml')));
  });

  test('Prometheus runs where its network policies expect it, and selects what it labels', () => {
    const prometheus = charts.find(({ name }) => name === PROMETHEUS);
    expect(prometheus?.namespace).toBe(application.networkPolicy.monitoringNamespace);
    const { prometheusSpec } = prometheusStackValues(place).prometheus;
    for (const selector of ['serviceMonitorSelector', 'podMonitorSelector', 'ruleSelector'] as const)
      expect(prometheusSpec[selector].matchLabels).toEqual(application.monitoring.labels);
    // The stack labels its own by its release.
    expect(prometheus?.name).toBe(application.monitoring.labels.release);
  });

  test('every program behind the load balancer gets its readiness gate, or does not start', () => {
    const programs = applicationObjects
      .filter(({ kind }) => kind === 'Service')
      .map(({ spec }) => spec.selector['app.kubernetes.io/name']);
    expect([...programs].sort()).toEqual([...webPrograms].sort());
    const { podMutatorWebhookConfig, objectSelector } = loadBalancerControllerValues(place);
    expect(podMutatorWebhookConfig.failurePolicy).toBe('Fail');
    expect(objectSelector.matchExpressions[0]?.values).toEqual(webPrograms);
  });

  test('a node is not taken away under a pod that may still work', () => {
    const patience = applicationObjects.map((each) => podOf(each)?.spec.terminationGracePeriodSeconds ?? 0);
    const { extraArgs } = clusterAutoscalerValues(place);
    expect(Math.max(...patience)).toBeGreaterThan(600);
    expect(extraArgs['max-graceful-termination-sec']).toBeGreaterThanOrEqual(Math.max(...patience));
  });

  test('the queue is read by the identity that has the role', () => {
    const keda = charts.find(({ name }) => name === 'keda');
    expect(application.transcoder.keda.roleArn).toBe('');
    expect(kedaValues(place).serviceAccount.operator.name).toBe(keda?.serviceAccount);
  });

  test('network policies are enforced', () => {
    for (const environment of environments) {
      const cni = eksAddons.find(({ name }) => name === 'vpc-cni')?.configuration(environment);
      expect(cni).toMatchObject({ enableNetworkPolicy: 'true' });
    }
  });
});

describe('the order', () => {
  const position = (name: string) => steps.findIndex((step) => step.name === name);

  test('the kinds of monitors are there before any chart makes one', () => {
    const withMonitors = charts.filter(({ values }) =>
      JSON.stringify(values(place)).includes('serviceMonitor"'),
    );
    expect(withMonitors.map(({ name }) => name)).toContain('keda');
    for (const { name } of withMonitors)
      expect(position(name)).toBeGreaterThan(position('prometheus-operator-crds'));
    expect(prometheusStackValues(place).crds.enabled).toBe(false);
  });

  test("the operator is there before what it reads, and Grafana's password before Grafana", () => {
    expect(position('secrets')).toBeGreaterThan(position('external-secrets'));
    expect(position(PROMETHEUS)).toBeGreaterThan(position('secrets'));
  });

  test('every namespace but those of Kubernetes is made first, with its pod security', () => {
    for (const { namespace } of charts.filter(({ namespace }) => namespace !== 'kube-system'))
      expect(object('Namespace', namespace)?.metadata.labels).toHaveProperty(
        'pod-security.kubernetes.io/enforce',
      );
    expect(steps[0]?.name).toBe('ground');
  });
});

describe('Prometheus and its companions', () => {
  const values = prometheusStackValues(place);

  test('alerts go to the topic, under a subject that SNS takes', () => {
    const { receivers, route } = values.alertmanager.config;
    const [sns] = receivers.find(({ name }) => name === route.receiver)?.sns_configs ?? [];
    expect(sns).toMatchObject({ topic_arn: place.alarmTopicArn, sigv4: { region: place.region } });
    expect(sns?.subject).not.toMatch(/Labels\.SortedPairs|Values/);
  });

  test('data outlive their pods, within their volume, on a class that is there', () => {
    const { retentionSize, storageSpec } = values.prometheus.prometheusSpec;
    const { storageClassName, resources } = storageSpec.volumeClaimTemplate.spec;
    expect(object('StorageClass', storageClassName)?.parameters).toMatchObject({ encrypted: 'true' });
    expect(Number.parseInt(retentionSize, 10)).toBeLessThanOrEqual(
      0.9 * Number.parseInt(resources.requests.storage, 10),
    );
  });

  test("Grafana's password is made in the cluster and stands nowhere", () => {
    const { existingSecret, passwordKey, userKey } = values.grafana.admin;
    expect(object('ExternalSecret', existingSecret)?.spec).toMatchObject({
      refreshPolicy: 'CreatedOnce',
      target: { template: { data: { [userKey]: 'admin', [passwordKey]: '{{ .password }}' } } },
    });
    expect(values.grafana).not.toHaveProperty('adminPassword');
  });
});

test.each(objects.map((each) => [each.kind, each.metadata.name, each] as const))(
  '%s %s is as its kind wants it',
  async (_kind, _name, manifest) => {
    expect(await problems(manifest)).toEqual([]);
  },
);

test('every monitor that a chart makes is one that Prometheus selects', () => {
  const labels = charts.flatMap(({ values }) => [...labelsOfMonitors(values(place))]);
  expect(labels.length).toBeGreaterThanOrEqual(6);
  for (const each of labels) expect(each).toEqual(monitorLabels);
  expect(MONITORING).toBe('monitoring');
});

function* labelsOfMonitors(values: unknown): Generator<unknown> {
  if (typeof values !== 'object' || values === null) return;
  for (const [key, value] of Object.entries(values)) {
    if (key === 'serviceMonitor') yield value.additionalLabels ?? value.selector;
    else yield* labelsOfMonitors(value);
  }
}

test('the pods ask for little enough for nodes of 2 vCPU', () => {
  const limits = charts.flatMap(({ values }) => [...memoryLimits(values(place))]);
  expect(limits.length).toBeGreaterThan(10);
  for (const limit of limits) expect(limit).toMatch(/^(\d{2,3}Mi|[12]Gi)$/);
});

function* memoryLimits(values: unknown): Generator<unknown> {
  if (typeof values !== 'object' || values === null) return;
  for (const [key, value] of Object.entries(values)) {
    if (key === 'limits') yield value.memory;
    else yield* memoryLimits(value);
  }
}

test('the README tells of every add-on, its version, why it is there and who says that it fits', () => {
  const rows = [...eksAddons, ...charts].map((addon) => {
    const from = addon.kind === 'eks' ? 'EKS' : addon.repository;
    return `| \`${addon.name}\` | ${addon.version} | ${from} | ${addon.why} | ${addon.source} |`;
  });
  const [, section = ''] = read('infra/README.md').split('## Add-ons');
  const told = section.split('\n').filter((line) => line.startsWith('| `'));
  expect(told).toEqual(rows);
  expect(read('infra/README.md')).toContain(`Kubernetes ${KUBERNETES_VERSION} `);
});
