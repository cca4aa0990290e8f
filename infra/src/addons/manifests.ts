import type { Manifest, Place } from './addon.ts';
import { EXTERNAL_SECRETS } from './external-secrets.ts';
import { KEDA } from './keda.ts';
import { MONITORING } from './monitoring.ts';

export const STORAGE_CLASS = 'gp3';
export const SECRET_STORE = 'aws-secrets-manager';
export const GRAFANA_SECRET = 'grafana-admin';
/** The namespace of the chart. */
export const APPLICATION = 'rising-stars';

const podSecurity = 'pod-security.kubernetes.io/enforce';

/** Of whatever asks for a volume by no class: encrypted, where its first pod runs. */
const storageClass: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: STORAGE_CLASS,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'ebs.csi.aws.com',
  parameters: { type: 'gp3', encrypted: 'true' },
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
  reclaimPolicy: 'Delete',
};

export const ground = (): readonly Manifest[] => [
  namespace(APPLICATION, {
    [podSecurity]: 'restricted',
    'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
  }),
  namespace(KEDA, { [podSecurity]: 'restricted' }),
  namespace(EXTERNAL_SECRETS, { [podSecurity]: 'restricted' }),
  // The node exporter looks at its node.
  namespace(MONITORING, { [podSecurity]: 'privileged' }),
  storageClass,
];

export const secrets = ({ region }: Place): readonly Manifest[] => [
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: SECRET_STORE },
    spec: {
      provider: { aws: { service: 'SecretsManager', region } },
      conditions: [{ namespaces: [APPLICATION] }],
    },
  },
  ...grafanaAdmin,
];

/** A password that nobody has chosen, and that stays. */
const grafanaAdmin: readonly Manifest[] = [
  {
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'Password',
    metadata: { name: GRAFANA_SECRET, namespace: MONITORING },
    spec: { length: 32, digits: 8, symbols: 0, noUpper: false, allowRepeat: true },
  },
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: GRAFANA_SECRET, namespace: MONITORING },
    spec: {
      refreshPolicy: 'CreatedOnce',
      target: {
        name: GRAFANA_SECRET,
        template: { data: { 'admin-user': 'admin', 'admin-password': '{{ .password }}' } },
      },
      dataFrom: [
        {
          sourceRef: {
            generatorRef: {
              apiVersion: 'generators.external-secrets.io/v1alpha1',
              kind: 'Password',
              name: GRAFANA_SECRET,
            },
          },
        },
      ],
    },
  },
];

function namespace(name: string, labels: Record<string, string>): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
