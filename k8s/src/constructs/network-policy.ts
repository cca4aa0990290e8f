import { ports } from '@anb/topology';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { each, type Templated, when } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { labels, metadata, named, releaseLabels, selectorLabels } from './names.ts';

const v = values.networkPolicy;

/** S3 and SQS of a development cluster. */
export const DEV_CLOUD_PORT = 4566;

/** Of EKS, on every node. */
const POD_IDENTITY_AGENT = ['169.254.170.23/32', 'fd00:ec2::23/128'];

/** What a pod must reach. */
export interface Reach {
  readonly database?: boolean;
  /** S3 and SQS. */
  readonly aws?: boolean;
  readonly mail?: boolean;
  readonly services?: readonly string[];
  /** The provider of the bot challenge, where there is one. */
  readonly challenge?: boolean;
}

/** Who may connect to a pod, besides the kubelet. */
export interface Callers {
  /** The load balancer, with its health check. */
  readonly public?: boolean;
  /** Other programs of ours, by name. */
  readonly programs?: readonly string[];
  /** Prometheus, for the metrics. */
  readonly monitoring?: boolean;
}

const pods = (name: string) => ({ podSelector: { matchLabels: selectorLabels(name) } });
const inNamespace = (name: Templated<string>) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const tcp = (...numbers: number[]) => numbers.map((port) => ({ protocol: 'TCP', port }));
const blocks = (cidrs: typeof v.databaseCidrs) => [each(cidrs, (cidr) => ({ ipBlock: { cidr } }))];

/** Denies everything to every pod of the release; what follows opens. */
export class DefaultDeny extends KubeObject<k8s.KubeNetworkPolicyProps> {
  constructor(scope: Construct) {
    super(
      scope,
      'default-deny',
      k8s.KubeNetworkPolicy.GVK,
      {
        metadata: { name: named('default-deny'), labels: labels('network-policy') },
        spec: {
          podSelector: {
            matchLabels: releaseLabels,
          },
          policyTypes: ['Ingress', 'Egress'],
        },
      },
      v.enabled,
    );
  }
}

export interface ProgramPolicyProps {
  readonly id?: string;
  /** The program's own unless given. */
  readonly metadata?: Templated<k8s.ObjectMeta>;
  readonly reach?: Reach;
  readonly callers?: Callers;
}

/** Opens for one program what it needs. */
export class ProgramPolicy extends KubeObject<k8s.KubeNetworkPolicyProps> {
  constructor(scope: Construct, name: string, props: ProgramPolicyProps) {
    const { id = 'network-policy', reach = {}, callers = {} } = props;
    super(
      scope,
      id,
      k8s.KubeNetworkPolicy.GVK,
      {
        metadata: props.metadata ?? metadata(name),
        spec: {
          podSelector: { matchLabels: selectorLabels(name) },
          policyTypes: ['Ingress', 'Egress'],
          ingress: ingress(callers),
          egress: egress(reach),
        },
      },
      v.enabled,
    );
  }
}

const ingress = (callers: Callers): Templated<k8s.NetworkPolicyIngressRule[]> => [
  ...(callers.public ? [{ from: blocks(v.loadBalancerCidrs), ports: tcp(ports.http, ports.ops) }] : []),
  ...(callers.programs
    ? [
        {
          from: [...callers.programs.map(pods), when(values.dev.enabled, pods('gateway'))],
          ports: tcp(ports.http, ports.ops),
        },
      ]
    : []),
  ...(callers.monitoring ? [{ from: [inNamespace(v.monitoringNamespace)], ports: tcp(ports.ops) }] : []),
];

const dns: Templated<k8s.NetworkPolicyEgressRule> = {
  to: [
    inNamespace('kube-system'),
    // NodeLocal DNSCache
    { ipBlock: { cidr: '169.254.20.10/32' } },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Name resolution, and programs of ours by name. */
export const egressTo = (programs: readonly string[]): Templated<k8s.NetworkPolicyEgressRule[]> => [
  dns,
  { to: programs.map(pods), ports: tcp(ports.http, ports.ops, DEV_CLOUD_PORT) },
];

const egress = ({
  database,
  aws,
  mail,
  services,
  challenge,
}: Reach): Templated<k8s.NetworkPolicyEgressRule[]> => [
  dns,
  ...(database
    ? [
        {
          to: [...blocks(v.databaseCidrs), when(values.dev.enabled, pods('postgres'))],
          ports: [{ protocol: 'TCP', port: values.database.port }],
        },
      ]
    : []),
  ...(aws
    ? [
        {
          to: blocks(v.awsCidrs),
          ports: tcp(443),
        },
        { to: POD_IDENTITY_AGENT.map((cidr) => ({ ipBlock: { cidr } })), ports: tcp(80) },
        when(values.dev.enabled, { to: [pods('cloud')], ports: tcp(DEV_CLOUD_PORT) }),
      ]
    : []),
  ...(mail ? [{ to: blocks(v.mailCidrs), ports: [{ protocol: 'TCP', port: values.mail.port }] }] : []),
  ...(challenge ? [when(values.challenge.verifyUrl, { to: blocks(v.challengeCidrs), ports: tcp(443) })] : []),
  ...(services ? [{ to: services.map(pods), ports: tcp(ports.http, ports.ops) }] : []),
];
