import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { entriesOf } from '../template/placeholders.ts';
import type { HttpServiceValues } from '../values.ts';
import { labels, metadata, serviceAccountName } from './names.ts';
import type { Config } from './pod.ts';

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
export class ConfigMap extends KubeObject<k8s.KubeConfigMapProps> {
  constructor(scope: Construct, name: string, config: Config) {
    super(scope, 'config', k8s.KubeConfigMap.GVK, { metadata: metadata(name), data: config });
  }
}
