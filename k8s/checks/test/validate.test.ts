import { describe, expect, test } from 'vitest';
import { problems } from '../validate.ts';

type Fields = { spec?: object; [field: string]: unknown };

const labels = { 'app.kubernetes.io/name': 'votes' };
const object = (apiVersion: string, kind: string, rest: Fields = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'votes', labels },
  ...rest,
});

const pod = () => ({
  metadata: { labels },
  spec: {
    terminationGracePeriodSeconds: 100,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    containers: [
      {
        name: 'votes',
        image: 'votes:1',
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'one' } } }],
        livenessProbe: { httpGet: { path: '/livez', port: 'ops' }, periodSeconds: 10 },
        lifecycle: { preStop: { sleep: { seconds: 60 } } },
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: 268435456 } },
        securityContext: { capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
  },
});
const deployment = () =>
  object('apps/v1', 'Deployment', {
    spec: {
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: pod(),
    },
  });
const scaledObject = () =>
  object('keda.sh/v1alpha1', 'ScaledObject', {
    spec: {
      scaleTargetRef: { name: 'transcoder' },
      pollingInterval: 10,
      fallback: { failureThreshold: 3, replicas: 2, behavior: 'currentReplicasIfHigher' },
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 300 } } },
      },
      triggers: [
        { type: 'aws-sqs-queue', metadata: { queueLength: '1' }, authenticationRef: { name: 'queue' } },
      ],
    },
  });

const rbac = 'rbac.authorization.k8s.io/v1';
const good = {
  Deployment: deployment(),
  Job: object('batch/v1', 'Job', { spec: { backoffLimit: 1, template: pod() } }),
  CronJob: object('batch/v1', 'CronJob', {
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: pod() } } },
  }),
  Service: object('v1', 'Service', { spec: { ports: [{ port: 80, targetPort: 'http' }], selector: labels } }),
  ServiceAccount: object('v1', 'ServiceAccount', { automountServiceAccountToken: false }),
  ConfigMap: object('v1', 'ConfigMap', { data: { ANY_KEY: 'value' } }),
  Secret: object('v1', 'Secret', { data: { key: 'dmFsdWU=' } }),
  Namespace: object('v1', 'Namespace'),
  ControllerRevision: object('apps/v1', 'ControllerRevision', { revision: 1, data: { any: { thing: 1 } } }),
  HorizontalPodAutoscaler: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'votes' },
      maxReplicas: 6,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } },
        },
      ],
      behavior: {
        scaleUp: { tolerance: '0.05', policies: [{ type: 'Pods', value: 2, periodSeconds: 180 }] },
      },
    },
  }),
  PodDisruptionBudget: object('policy/v1', 'PodDisruptionBudget', {
    spec: { maxUnavailable: 1, selector: { matchLabels: labels }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  }),
  NetworkPolicy: object('networking.k8s.io/v1', 'NetworkPolicy', {
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/16' } }], ports: [{ port: 8080, protocol: 'TCP' }] }],
    },
  }),
  Ingress: object('networking.k8s.io/v1', 'Ingress', {
    spec: {
      ingressClassName: 'alb',
      defaultBackend: { service: { name: 'portal', port: { name: 'http' } } },
    },
  }),
  Role: object(rbac, 'Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  ScaledObject: scaledObject(),
  TriggerAuthentication: object('keda.sh/v1alpha1', 'TriggerAuthentication', {
    spec: { podIdentity: { provider: 'aws' } },
  }),
  ServiceMonitor: object('monitoring.coreos.com/v1', 'ServiceMonitor', {
    spec: { selector: { matchLabels: labels }, endpoints: [{ port: 'ops', interval: '15s' }] },
  }),
  PodMonitor: object('monitoring.coreos.com/v1', 'PodMonitor', {
    spec: { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port: 'ops' }] },
  }),
  PrometheusRule: object('monitoring.coreos.com/v1', 'PrometheusRule', {
    spec: {
      groups: [{ name: 'api', rules: [{ alert: 'Down', expr: 'up == 0', for: '5m', labels: { any: 'x' } }] }],
    },
  }),
  ExternalSecret: object('external-secrets.io/v1', 'ExternalSecret', {
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { name: 'aws', kind: 'ClusterSecretStore' },
      data: [{ secretKey: 'password', remoteRef: { key: 'anb', property: 'password' } }],
    },
  }),
};

describe('problems', () => {
  test.each(Object.entries(good))('accepts a %s', async (_kind, value) => {
    expect(await problems(value)).toEqual([]);
  });

  const container = (change: object) => {
    const template = pod();
    const containers = template.spec.containers.map((one) => ({ ...one, ...change }));
    return changed(deployment(), { template: { ...template, spec: { ...template.spec, containers } } });
  };
  const changed = (value: Fields, spec: object) => ({ ...value, spec: { ...value.spec, ...spec } });

  test.each([
    ['a misspelt field', changed(deployment(), { replicaz: 2 }), '/spec/replicaz is not a known field'],
    [
      'a misspelt field deep inside',
      container({ env: [{ name: 'KEY', valueFrm: { secretKeyRef: { name: 'keys', key: 'one' } } }] }),
      '/spec/template/spec/containers/0/env/0/valueFrm is not a known field',
    ],
    [
      'a field in the wrong place',
      container({ terminationGracePeriodSeconds: 30 }),
      '/spec/template/spec/containers/0/terminationGracePeriodSeconds is not a known field',
    ],
    [
      'a misspelt field of an empty object',
      changed(good.NetworkPolicy, { podSelector: { matchLabel: labels } }),
      '/spec/podSelector/matchLabel is not a known field',
    ],
    ['a field beside the spec', { ...deployment(), Spec: {} }, '/Spec is not a known field'],
    [
      'text for a number',
      container({ ports: [{ containerPort: '8080' }] }),
      '/spec/template/spec/containers/0/ports/0/containerPort must be integer',
    ],
    [
      'a number for text',
      container({ env: [{ name: 'PORT', value: 8080 }] }),
      '/spec/template/spec/containers/0/env/0/value must be string',
    ],
    [
      'a missing field',
      changed(deployment(), { selector: undefined }),
      '/spec must have required property selector',
    ],
    [
      'an unknown word',
      container({ imagePullPolicy: 'Sometimes' }),
      '/spec/template/spec/containers/0/imagePullPolicy must be equal to one of the allowed values (Always, IfNotPresent, Never)',
    ],
    [
      'a bad quantity',
      container({ resources: { requests: { memory: '256MB' } } }),
      '/spec/template/spec/containers/0/resources/requests/memory must match format "quantity"',
    ],
    [
      'a null',
      container({ resources: { limits: { memory: null } } }),
      '/spec/template/spec/containers/0/resources/limits/memory is null',
    ],
    [
      'plain text in a Secret',
      { ...good.Secret, data: { key: 'value!' } },
      '/data/key must match format "byte"',
    ],
    ['a number in a ConfigMap', { ...good.ConfigMap, data: { PORT: 8080 } }, '/data/PORT must be string'],
    [
      'a trigger without metadata',
      changed(scaledObject(), { triggers: [{ type: 'aws-sqs-queue' }] }),
      '/spec/triggers/0 must have required property metadata',
    ],
    [
      'a number in a trigger',
      changed(scaledObject(), { triggers: [{ type: 'aws-sqs-queue', metadata: { queueLength: 1 } }] }),
      '/spec/triggers/0/metadata/queueLength must be string',
    ],
    [
      'a misspelt field of a ScaledObject',
      changed(scaledObject(), { coolDownPeriod: 300 }),
      '/spec/coolDownPeriod is not a known field',
    ],
    [
      'a misspelt field of a rule',
      changed(good.PrometheusRule, {
        groups: [{ name: 'api', rules: [{ alert: 'A', expr: 'up', fro: '5m' }] }],
      }),
      '/spec/groups/0/rules/0/fro is not a known field',
    ],
    [
      'a misspelt field of an ExternalSecret',
      changed(good.ExternalSecret, { refreshIntervall: '1h' }),
      '/spec/refreshIntervall is not a known field',
    ],
    ['an unknown kind', object('apps/v1', 'Deploiment'), 'unknown kind Deploiment of apps/v1'],
    ['a part of a kind', object('apps/v1', 'DeploymentSpec'), 'unknown kind DeploymentSpec of apps/v1'],
    [
      'a gone version',
      object('policy/v1beta1', 'PodSecurityPolicy'),
      'unknown kind PodSecurityPolicy of policy/v1beta1',
    ],
    ['a foreign group', object('example.com/v1', 'Thing'), 'unknown kind Thing of example.com/v1'],
    ['a list', [], 'is not an object'],
    ['no name', { ...good.Namespace, metadata: {} }, '/metadata/name is not a valid name'],
    [
      'a bad name',
      { ...good.Namespace, metadata: { name: 'Votes_1' } },
      '/metadata/name is not a valid name',
    ],
    [
      'a bad label',
      { ...good.Namespace, metadata: { name: 'votes', labels: { version: '1.0+build' } } },
      '/metadata/labels/version has an invalid value',
    ],
  ])('refuses %s', async (_case, value, sentence) => {
    expect(await problems(value)).toContain(sentence);
  });

  test('tells what a value of two types may be', async () => {
    const at = '/spec/template/spec/containers/0/resources/requests/memory';
    expect(await problems(container({ resources: { requests: { memory: '256MB' } } }))).toEqual([
      `${at} must be number`,
      `${at} must match format "quantity"`,
    ]);
  });

  test('tells all that is wrong', async () => {
    const value = changed(container({ imagePullpolicy: 'Always' }), { replicas: 'two' });
    expect(await problems(value)).toEqual([
      '/spec/replicas must be integer',
      '/spec/template/spec/containers/0/imagePullpolicy is not a known field',
    ]);
  });
});
