import { nameOf } from '../environment.ts';
import type { EksAddon } from './addon.ts';

const nothing = () => ({});
/** What `aws eks describe-addon-versions` called the default in September 2026. */
const defaultBuild = 'default build for 1.36, September 2026';

/** In the order of their creation. */
export const eksAddons: readonly EksAddon[] = [
  {
    kind: 'eks',
    name: 'vpc-cni',
    version: 'v1.22.4-eksbuild.3',
    namespace: 'kube-system',
    serviceAccount: 'aws-node',
    isBeforeNodes: true,
    why: 'addresses for pods; the network policies are only words without it',
    source: defaultBuild,
    configuration: () => ({
      enableNetworkPolicy: 'true',
      env: {
        // 110 pods on a node of 2 vCPU instead of 17 (t4g.medium) or 29 (m7g.large).
        ENABLE_PREFIX_DELEGATION: 'true',
        WARM_PREFIX_TARGET: '1',
        // strict would want a policy for every pod of the cluster, CoreDNS' and the add-ons' included.
        NETWORK_POLICY_ENFORCING_MODE: 'standard',
      },
    }),
  },
  {
    kind: 'eks',
    name: 'kube-proxy',
    version: 'v1.36.0-eksbuild.25',
    namespace: 'kube-system',
    isBeforeNodes: true,
    why: 'services',
    source: defaultBuild,
    configuration: nothing,
  },
  {
    kind: 'eks',
    name: 'eks-pod-identity-agent',
    version: 'v1.3.10-eksbuild.3',
    namespace: 'kube-system',
    isBeforeNodes: true,
    why: "roles for pods, the CNI's among them",
    source: defaultBuild,
    configuration: nothing,
  },
  {
    kind: 'eks',
    name: 'coredns',
    version: 'v1.14.3-eksbuild.23',
    namespace: 'kube-system',
    why: 'names; more pods of it as the cluster grows',
    source: defaultBuild,
    configuration: () => ({ autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 6 } }),
  },
  {
    kind: 'eks',
    name: 'aws-ebs-csi-driver',
    version: 'v1.66.0-eksbuild.1',
    namespace: 'kube-system',
    serviceAccount: 'ebs-csi-controller-sa',
    why: 'volumes for Prometheus and Alertmanager',
    source: defaultBuild,
    configuration: nothing,
  },
  {
    kind: 'eks',
    name: 'metrics-server',
    version: 'v0.9.0-eksbuild.11',
    namespace: 'kube-system',
    why: 'autoscaling by processor',
    source: 'newest on a cluster of 1.36, 18 September 2026 (`eksctl get addon`)',
    configuration: nothing,
  },
  {
    kind: 'eks',
    name: 'external-dns',
    version: 'v0.21.0-eksbuild.8',
    namespace: 'external-dns',
    serviceAccount: 'external-dns',
    why: "points the portal's name at the load balancer",
    source: 'ran on a cluster of 1.36, September 2026',
    configuration: ({ name, domain }) => ({
      policy: 'sync',
      registry: 'txt',
      txtOwnerId: nameOf({ name }),
      // Whose a record is stands below it: beside the zone's own name there is no zone to write it into.
      txtPrefix: 'owner-%{record_type}.',
      domainFilters: [domain.hostedZone.name],
      sources: ['ingress'],
    }),
  },
];
