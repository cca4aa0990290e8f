import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { type Expression, entriesOf, not, when } from '../template/placeholders.ts';
import type { HttpServiceValues } from '../values.ts';
import { labels, metadata, selectorLabels, serviceAccountName } from './names.ts';
import { type Config, type ProgramPodOptions, programPod } from './pod.ts';

/** Who a program is to AWS; it has no rights in the cluster. */
export class ServiceAccount extends KubeObject<k8s.KubeServiceAccountProps> {
  constructor(
    scope: Construct,
    name: string,
    given: HttpServiceValues['serviceAccount'],
    annotations?: Record<string, string>,
  ) {
    super(
      scope,
      'service-account',
      k8s.KubeServiceAccount.GVK,
      {
        metadata: {
          name: serviceAccountName(name, given),
          labels: labels(name),
          annotations: annotations ? { ...annotations, ...entriesOf(given.annotations) } : given.annotations,
        },
        automountServiceAccountToken: false,
      },
      given.create,
    );
  }
}

/** The environment of a program. */
class ConfigMap extends KubeObject<k8s.KubeConfigMapProps> {
  constructor(scope: Construct, name: string, config: Config) {
    super(scope, 'config', k8s.KubeConfigMap.GVK, { metadata: metadata(name), data: config });
  }
}

interface Scale {
  readonly replicas: Expression<number>;
  /** Whether an autoscaler owns the number; then none may be written. */
  readonly isAutomatic: Expression<boolean>;
}

/** A program that runs until it is stopped: who it is, its environment, its pods. */
export function deploy(scope: Construct, pod: ProgramPodOptions, { replicas, isAutomatic }: Scale): void {
  const { name } = pod;
  new ServiceAccount(scope, name, pod.values.serviceAccount);
  new ConfigMap(scope, name, pod.config);
  new KubeObject<k8s.KubeDeploymentProps>(scope, 'deployment', k8s.KubeDeployment.GVK, {
    metadata: metadata(name),
    spec: {
      replicas: when(not(isAutomatic), replicas),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorLabels(name) },
      // A new pod is ready before an old one goes.
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: programPod(pod),
    },
  });
}
