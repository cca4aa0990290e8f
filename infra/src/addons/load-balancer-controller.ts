import type { Place } from './addon.ts';
import { serviceMonitor } from './monitoring.ts';

export const LOAD_BALANCER_CONTROLLER = 'aws-load-balancer-controller';

/** The programs behind the load balancer, by `app.kubernetes.io/name`. */
export const webPrograms = ['auth', 'videos', 'votes', 'portal'];

export const loadBalancerControllerValues = ({ clusterName, region, vpcId }: Place) => ({
  clusterName,
  // Pods cannot ask the instance: its metadata are one hop away from the node alone.
  region,
  vpcId,
  serviceAccount: { name: LOAD_BALANCER_CONTROLLER },
  replicaCount: 2,
  podDisruptionBudget: { maxUnavailable: 1 },
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  // A pod without its readiness gate would let a rollout drop requests; rather no pod than that. Programs
  // that are behind no load balancer start without the webhook.
  podMutatorWebhookConfig: { failurePolicy: 'Fail' },
  objectSelector: {
    matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: webPrograms }],
  },
  // It would stand before every new Service of the cluster, for load balancers of Services, of which there are none.
  enableServiceMutatorWebhook: false,
  // Or each upgrade makes a certificate that the running pods do not have yet.
  keepTLSSecret: true,
  enableShield: false,
  enableWaf: false,
  enableWafv2: true,
  serviceMonitor,
});
