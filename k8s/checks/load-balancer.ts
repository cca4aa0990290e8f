import { z } from 'zod';
import {
  anyMap,
  anything,
  arn,
  boolean,
  type Check,
  cidr,
  either,
  integer,
  json,
  like,
  list,
  mapOf,
  oneOf,
  port,
} from './annotation-values.ts';
import {
  listenerAttributes,
  loadBalancerAttributes,
  targetGroupAttributes,
} from './load-balancer-attributes.ts';

/**
 * Annotations of the AWS Load Balancer Controller v3 (docs/guide/ingress/annotations.md there). It skips
 * keys it does not know and passes most values on, so that a slip shows only on AWS.
 * Left out, so refused: a Network Load Balancer in front (enable-frontend-nlb, frontend-nlb-*).
 */

type Kind = 'Ingress' | 'Service';
type Annotations = Record<string, string>;

const httpCodes = list(like(/^[2-4]\d\d(-[2-4]\d\d)?$/));
const grpcCodes = list(like(/^\d?\d(-\d?\d)?$/));

/** What may stand on a Service too, and wins there. */
const ofService: Record<string, Check> = {
  'healthcheck-port': either(oneOf('traffic-port'), port, like(/^[a-z][a-z0-9-]{0,14}$/)),
  'healthcheck-protocol': oneOf('HTTP', 'HTTPS'),
  'healthcheck-path': like(/^\/\S*$/),
  'healthcheck-interval-seconds': integer(5, 300),
  'healthcheck-timeout-seconds': integer(2, 120),
  'healthy-threshold-count': integer(2, 10),
  'unhealthy-threshold-count': integer(2, 10),
  'success-codes': either(httpCodes, grpcCodes),
  'backend-protocol': oneOf('HTTP', 'HTTPS'),
  'backend-protocol-version': oneOf('HTTP1', 'HTTP2', 'GRPC'),
  'multi-cluster-target-group': boolean,
  tags: anyMap,
  'target-group-attributes': mapOf(targetGroupAttributes),
  'target-node-labels': anyMap,
  'target-type': oneOf('instance', 'ip'),
  'auth-type': oneOf('none', 'oidc', 'cognito'),
  'auth-idp-cognito': json(z.looseObject({ userPoolARN: z.string() })),
  'auth-idp-oidc': json(z.looseObject({ issuer: z.string(), secretName: z.string() })),
  'auth-on-unauthenticated-request': oneOf('authenticate', 'allow', 'deny'),
  'auth-scope': anything,
  'auth-session-cookie': anything,
  'auth-session-timeout': integer(1, 604_800),
};

const portNumber = z.int().min(1).max(65535);
const listenPorts = z
  .array(z.union([z.strictObject({ HTTP: portNumber }), z.strictObject({ HTTPS: portNumber })]))
  .refine((entries) => new Set(entries.flatMap(Object.values)).size === entries.length);
const securityGroup = either(
  like(/^sg-[0-9a-f]{8,17}$/),
  like(/^(?!sg-)[A-Za-z0-9][\w .:/()#,@[\]+=&;{}!$*-]*$/),
);
const subnet = either(like(/^subnet-[0-9a-f]+$/), like(/^(?!subnet-)[A-Za-z0-9][\w .-]*$/));

const ofIngress: Record<string, Check> = {
  ...ofService,
  'certificate-arn': list(arn('(acm|iam)', '(certificate|server-certificate)/\\S+')),
  'customer-owned-ipv4-pool': like(/^ipv4pool-coip-[0-9a-f]+$/),
  'group.name': like(/^(?=.{1,63}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/),
  'group.order': integer(-1000, 1000),
  'inbound-cidrs': list(cidr),
  'ip-address-type': oneOf('ipv4', 'dualstack', 'dualstack-without-public-ipv4'),
  'ipam-ipv4-pool-id': like(/^ipam-pool-[0-9a-f]+$/),
  'jwt-validation': json(z.looseObject({ jwksEndpoint: z.url(), issuer: z.string() })),
  'listen-ports': json(listenPorts),
  'load-balancer-attributes': mapOf(loadBalancerAttributes),
  'load-balancer-name': like(/^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/),
  'manage-backend-security-group-rules': boolean,
  'minimum-load-balancer-capacity': like(/^CapacityUnits=\d+$/),
  'mutual-authentication': json(
    z.array(z.looseObject({ port: z.int(), mode: z.enum(['off', 'passthrough', 'verify']) })),
  ),
  scheme: oneOf('internal', 'internet-facing'),
  'security-group-prefix-lists': list(like(/^pl-[0-9a-f]+$/)),
  'security-groups': list(securityGroup),
  'shield-advanced-protection': boolean,
  'ssl-policy': like(/^ELBSecurityPolicy-[A-Za-z0-9-]+$/),
  'ssl-redirect': port,
  subnets: list(subnet),
  'use-regex-path-match': boolean,
  'waf-acl-id': anything,
  'wafv2-acl-arn': either(oneOf('none'), arn('wafv2', 'regional/webacl/[^/]+/[0-9a-f-]+')),
  'wafv2-acl-name': anything,
};

/** Keys that hold a name of ours. */
const named: [RegExp, Check, Kind[]][] = [
  [/^actions\.\S+$/, json(z.looseObject({ type: z.string() })), ['Ingress']],
  [/^conditions\.\S+$/, json(z.array(z.looseObject({ field: z.string() }))), ['Ingress']],
  [/^transforms\.\S+$/, json(z.array(z.looseObject({ type: z.string() }))), ['Ingress']],
  [/^listener-attributes\.HTTPS?-\d+$/, mapOf(listenerAttributes), ['Ingress']],
  [/^target-control-port\.[^.]+\.\S+$/, port, ['Ingress', 'Service']],
];

const prefix = 'alb.ingress.kubernetes.io/';

/** What is wrong with the controller's annotations on an Ingress or a Service. */
export function annotationProblems(object: {
  kind: string;
  metadata: { annotations?: Annotations };
}): string[] {
  const { annotations = {} } = object.metadata;
  const own = Object.entries(annotations).filter(([key]) => key.startsWith(prefix));
  const suffixes = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
  return [
    ...Object.entries(suffixes).flatMap(([suffix, value]) => problemOf(object.kind, suffix, value)),
    ...problemsTogether(suffixes),
  ];
}

function problemOf(kind: string, suffix: string, value: unknown): string[] {
  const [, ofName, kinds = []] = named.find(([pattern]) => pattern.test(suffix)) ?? [];
  const table: Record<string, Record<string, Check>> = { Ingress: ofIngress, Service: ofService };
  const check = kinds.some((place) => place === kind) ? ofName : table[kind]?.[suffix];
  if (check === undefined) return [`${suffix} is no annotation of a${kind === 'Ingress' ? 'n' : ''} ${kind}`];
  return typeof value === 'string' && check(value) ? [] : [`${suffix} cannot be ${JSON.stringify(value)}`];
}

/** Rules between annotations of one object. */
function problemsTogether(of: Annotations): string[] {
  const wrong: string[] = [];
  const redirect = Number(of['ssl-redirect']);
  if (redirect && of['listen-ports'] && !httpsPorts(of['listen-ports']).includes(redirect)) {
    wrong.push(`ssl-redirect leads to ${redirect}, where nothing listens with TLS`);
  }
  const codes = of['backend-protocol-version'] === 'GRPC' ? grpcCodes : httpCodes;
  if (of['success-codes'] && !codes(of['success-codes']))
    wrong.push('success-codes are not those of the protocol');
  // The controller's defaults: every 15 seconds, for 5.
  const interval = Number(of['healthcheck-interval-seconds'] ?? 15);
  if (Number(of['healthcheck-timeout-seconds'] ?? 5) >= interval) {
    wrong.push('healthcheck-timeout-seconds is not less than the interval');
  }
  if (of['wafv2-acl-arn'] && of['wafv2-acl-name'])
    wrong.push('wafv2-acl-arn and wafv2-acl-name exclude each other');
  return wrong;
}

function httpsPorts(value: string): number[] {
  try {
    return listenPorts.parse(JSON.parse(value)).flatMap((entry) => ('HTTPS' in entry ? [entry.HTTPS] : []));
  } catch {
    return [];
  }
}
