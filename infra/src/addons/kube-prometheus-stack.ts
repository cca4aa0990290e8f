import type { Place } from './addon.ts';
import { GRAFANA_SECRET, STORAGE_CLASS } from './manifests.ts';
import { monitorLabels } from './monitoring.ts';

export const ALERTMANAGER = 'alertmanager';

const selected = { matchLabels: monitorLabels };

const needs = (cpu: string, memory: string, limit: string) => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

const volume = (storage: string) => ({
  volumeClaimTemplate: {
    spec: {
      storageClassName: STORAGE_CLASS,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage } },
    },
  },
});

export const prometheusStackValues = (place: Place) => ({
  // The charts before it have monitors already; their kinds are a release of their own.
  crds: { enabled: false },
  // EKS keeps these to itself, and kube-proxy shows its metrics to its own node only.
  kubeControllerManager: { enabled: false },
  kubeScheduler: { enabled: false },
  kubeEtcd: { enabled: false },
  kubeProxy: { enabled: false },
  prometheusOperator: { resources: needs('50m', '128Mi', '256Mi') },
  prometheus: { prometheusSpec: prometheus },
  alertmanager: {
    serviceAccount: { name: ALERTMANAGER },
    alertmanagerSpec: { resources: needs('10m', '64Mi', '128Mi'), storage: volume('1Gi') },
    config: alerting(place),
  },
  grafana: {
    admin: { existingSecret: GRAFANA_SECRET, userKey: 'admin-user', passwordKey: 'admin-password' },
    resources: needs('50m', '192Mi', '384Mi'),
  },
  'kube-state-metrics': { resources: needs('10m', '64Mi', '192Mi') },
  'prometheus-node-exporter': { resources: needs('10m', '32Mi', '64Mi') },
});

const prometheus = {
  serviceMonitorSelector: selected,
  podMonitorSelector: selected,
  ruleSelector: selected,
  retention: '15d',
  // Room for what is being compacted is left on the volume.
  retentionSize: '17GB',
  storageSpec: volume('20Gi'),
  resources: needs('200m', '800Mi', '2Gi'),
};

/** Alerts of either severity go to the topic; who is woken by which is the subscription's. */
const alerting = ({ alarmTopicArn, region }: Place) => ({
  route: {
    receiver: 'alarms',
    group_by: ['alertname', 'namespace'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '12h',
    routes: [{ receiver: 'nobody', matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] }],
  },
  inhibit_rules: [
    {
      source_matchers: ['severity = "critical"'],
      target_matchers: ['severity =~ "warning|info"'],
      equal: ['namespace', 'alertname'],
    },
    {
      source_matchers: ['alertname = "InfoInhibitor"'],
      target_matchers: ['severity = "info"'],
      equal: ['namespace'],
    },
  ],
  receivers: [
    { name: 'nobody' },
    {
      name: 'alarms',
      sns_configs: [
        {
          topic_arn: alarmTopicArn,
          sigv4: { region },
          // SNS refuses a subject of more than 100 characters, as the default one easily is.
          subject: '{{ .Status | toUpper }} {{ .GroupLabels.alertname }}',
          send_resolved: true,
        },
      ],
    },
  ],
});
