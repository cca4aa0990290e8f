import type { Place } from './addon.ts';
import { serviceMonitor } from './monitoring.ts';

export const KEDA = 'keda';
export const KEDA_OPERATOR = 'keda-operator';

const small = { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } };
const metrics = { enabled: true, serviceMonitor };
const budget = { maxUnavailable: 1 };

export const kedaValues = ({ clusterName }: Place) => ({
  clusterName,
  serviceAccount: { operator: { name: KEDA_OPERATOR } },
  // The second takes over; only one works.
  operator: { replicaCount: 2 },
  podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
  resources: { operator: small, metricServer: small, webhooks: small },
  // Its trouble with the queue is seen here alone: the HPA only goes on with the last number.
  prometheus: { operator: metrics, metricServer: metrics, webhooks: metrics },
});
