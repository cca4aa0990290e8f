import type { ChartAddon, Manifests, Place } from './addons/addon.ts';
import { CLUSTER_AUTOSCALER, clusterAutoscalerValues } from './addons/cluster-autoscaler.ts';
import { EXTERNAL_SECRETS, externalSecretsValues } from './addons/external-secrets.ts';
import { KEDA, KEDA_OPERATOR, kedaValues } from './addons/keda.ts';
import { ALERTMANAGER, prometheusStackValues } from './addons/kube-prometheus-stack.ts';
import { LOAD_BALANCER_CONTROLLER, loadBalancerControllerValues } from './addons/load-balancer-controller.ts';
import { ground, SECRET_STORE, secrets } from './addons/manifests.ts';
import { MONITORING, PROMETHEUS } from './addons/monitoring.ts';
import type { Environment } from './environment.ts';
import { type Outputs, pick } from './outputs.ts';

/** Of the control plane, of the nodes, and what every add-on below was tested with by its makers. */
export const KUBERNETES_VERSION = '1.36';

const prometheusCharts = 'https://prometheus-community.github.io/helm-charts';

/** What `npm run infra:addons` does, in order; what EKS installs (addons/eks.ts) is there before. */
export const steps: readonly (ChartAddon | Manifests)[] = [
  {
    kind: 'manifests',
    name: 'ground',
    why: 'namespaces with their pod security, the storage class',
    objects: ground,
  },
  {
    kind: 'chart',
    name: 'prometheus-operator-crds',
    chart: 'prometheus-operator-crds',
    repository: prometheusCharts,
    version: '32.0.0',
    namespace: MONITORING,
    why: 'the kinds of monitors, which all charts after it make; Helm upgrades them, as it would not inside the stack',
    source: "prometheus-operator v0.94, the stack's",
    values: () => ({}),
  },
  {
    kind: 'chart',
    name: LOAD_BALANCER_CONTROLLER,
    chart: 'aws-load-balancer-controller',
    repository: 'https://aws.github.io/eks-charts',
    version: '3.2.2',
    namespace: 'kube-system',
    serviceAccount: LOAD_BALANCER_CONTROLLER,
    why: 'the ingress, and readiness gates of pods behind it',
    source: 'newest whose policy aws-cdk-lib ships (v3.2.2)',
    values: loadBalancerControllerValues,
  },
  {
    kind: 'chart',
    name: CLUSTER_AUTOSCALER,
    chart: 'cluster-autoscaler',
    repository: 'https://kubernetes.github.io/autoscaler',
    version: '9.59.0',
    namespace: 'kube-system',
    serviceAccount: CLUSTER_AUTOSCALER,
    why: 'nodes as pods need them',
    source: 'ran on a cluster of 1.36 with image v1.36.1, September 2026',
    values: clusterAutoscalerValues,
  },
  {
    kind: 'chart',
    name: EXTERNAL_SECRETS,
    chart: 'external-secrets',
    repository: 'https://charts.external-secrets.io',
    version: '2.11.0',
    namespace: EXTERNAL_SECRETS,
    serviceAccount: EXTERNAL_SECRETS,
    why: 'secrets from AWS Secrets Manager',
    source: 'its makers: 2.11 on 1.36 (docs/introduction/stability-support.md)',
    values: externalSecretsValues,
  },
  {
    kind: 'manifests',
    name: 'secrets',
    why: "the store that the application's secrets come from, Grafana's password",
    objects: secrets,
    ready: `clustersecretstore/${SECRET_STORE}`,
  },
  {
    kind: 'chart',
    name: KEDA,
    chart: 'keda',
    repository: 'https://kedacore.github.io/charts',
    version: '2.21.0',
    namespace: KEDA,
    serviceAccount: KEDA_OPERATOR,
    why: 'workers by length of the queue',
    source: 'its makers: 2.21 on 1.34 to 1.36 (keda.sh/docs/2.22/operate/cluster)',
    values: kedaValues,
  },
  {
    kind: 'chart',
    name: PROMETHEUS,
    chart: 'kube-prometheus-stack',
    repository: prometheusCharts,
    version: '92.1.0',
    namespace: MONITORING,
    serviceAccount: ALERTMANAGER,
    why: "metrics, alerts to the alarms' topic, dashboards",
    source: 'ran on clusters of 1.37, October 2026; its components support 1.36',
    values: prometheusStackValues,
  },
];

export function placeOf({ region }: Environment, outputs: Outputs): Place {
  const found = pick(outputs, {
    clusterName: 'cluster.ClusterName',
    clusterArn: 'cluster.ClusterArn',
    vpcId: 'network.VpcId',
    alarmTopicArn: 'watch.AlarmTopic',
  });
  return { region, ...found };
}
