import type { Place } from './addon.ts';
import { MONITORING, monitorLabels } from './monitoring.ts';

export const CLUSTER_AUTOSCALER = 'cluster-autoscaler';

/** Its minor version is the cluster's; the chart's own is one behind. */
export const CLUSTER_AUTOSCALER_IMAGE = 'v1.36.1';

export const clusterAutoscalerValues = ({ clusterName, region }: Place) => ({
  fullnameOverride: CLUSTER_AUTOSCALER,
  cloudProvider: 'aws',
  awsRegion: region,
  autoDiscovery: { clusterName },
  image: { tag: CLUSTER_AUTOSCALER_IMAGE },
  rbac: { serviceAccount: { name: CLUSTER_AUTOSCALER } },
  priorityClassName: 'system-cluster-critical',
  extraArgs: {
    expander: 'least-waste',
    'balance-similar-node-groups': true,
    // Most pods have a folder of their own in /tmp; with the defaults no node would ever go.
    'skip-nodes-with-local-storage': false,
    'skip-nodes-with-system-pods': false,
    // As long as the slowest of the application's pods may take to leave.
    'max-graceful-termination-sec': 2700,
  },
  resources: { requests: { cpu: '50m', memory: '200Mi' }, limits: { memory: '400Mi' } },
  serviceMonitor: { enabled: true, namespace: MONITORING, selector: monitorLabels, interval: '30s' },
});
