import type {
  IPodMonitor,
  IPrometheusRule,
  IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { Expression } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { labels, named, PRODUCT, selectorLabels } from './names.ts';

const v = values.monitoring;
const kind = (kind: string) => ({ apiVersion: 'monitoring.coreos.com/v1', kind });

const monitored = (name: string) => ({
  name: named(name),
  labels: labels(name, v.labels),
});
/** Our own labels stay as they are, whatever the scrape calls the target. */
const endpoint = { port: 'ops', path: '/metrics', interval: v.interval, honorLabels: true };

export class ServiceMonitor extends KubeObject<IServiceMonitor> {
  constructor(scope: Construct, name: string) {
    super(
      scope,
      'service-monitor',
      kind('ServiceMonitor'),
      {
        metadata: monitored(name),
        spec: { selector: { matchLabels: selectorLabels(name) }, endpoints: [endpoint] },
      },
      v.enabled,
    );
  }
}

/** For a program without a Service. */
export class PodMonitor extends KubeObject<IPodMonitor> {
  constructor(scope: Construct, name: string) {
    super(
      scope,
      'pod-monitor',
      kind('PodMonitor'),
      {
        metadata: monitored(name),
        spec: { selector: { matchLabels: selectorLabels(name) }, podMetricsEndpoints: [endpoint] },
      },
      v.enabled,
    );
  }
}

export interface MonitoringProps {
  /** The rule file, already parsed. */
  readonly alerts: object;
  /** The dashboard's JSON. */
  readonly dashboard: string;
}

/** The alerts and the dashboard; their files stand in observability/ and are copied into the chart. */
export class Monitoring extends Construct {
  constructor(scope: Construct, { alerts, dashboard }: MonitoringProps) {
    super(scope, 'monitoring');
    new KubeObject<IPrometheusRule>(
      this,
      'alerts',
      kind('PrometheusRule'),
      {
        metadata: monitored('alerts'),
        spec: new Expression(
          // The rules tell this release's pods by their names.
          `.Files.Get "files/alerts.yaml" | replace "${PRODUCT}-" (printf "%s-" (include "${PRODUCT}.fullname" .)) | replace "RUNBOOK_BASE" ${v.runbookBase.source} | fromYaml`,
          alerts,
        ),
      },
      v.rules,
    );
    new KubeObject<k8s.KubeConfigMapProps>(
      this,
      'dashboard',
      k8s.KubeConfigMap.GVK,
      {
        metadata: {
          name: named('dashboard'),
          labels: { ...labels('dashboard'), grafana_dashboard: '1' },
        },
        data: { 'rising-stars.json': new Expression('.Files.Get "files/overview.json"', dashboard) },
      },
      v.dashboard,
    );
  }
}
