import { describe, expect, test } from 'vitest';
import { annotationProblems } from '../load-balancer.ts';

const prefix = 'alb.ingress.kubernetes.io/';
const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/0b1c-2d';
const webAcl =
  'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/anb/0a1b2c3d-0000-4000-8000-000000000000';

const problemsOf = (kind: string, annotations: Record<string, string>) => {
  const prefixed = Object.entries(annotations).map(([suffix, value]) => [`${prefix}${suffix}`, value]);
  return annotationProblems({ kind, metadata: { annotations: Object.fromEntries(prefixed) } });
};

const ours = {
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'ssl-redirect': '443',
  'certificate-arn': `${certificate},${certificate}`,
  'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'wafv2-acl-arn': webAcl,
  'group.name': 'rising-stars',
  'group.order': '-10',
  scheme: 'internet-facing',
  'target-type': 'ip',
  'ip-address-type': 'dualstack',
  'inbound-cidrs': '0.0.0.0/0, ::/0',
  'load-balancer-attributes':
    'idle_timeout.timeout_seconds=120,routing.http.drop_invalid_header_fields.enabled=true,access_logs.s3.prefix=a/b',
  'load-balancer-name': 'rising-stars',
  'security-groups': 'sg-0123456789abcdef0, my group',
  subnets: 'subnet-0a,subnet-0b',
  tags: 'team=anb,env=prod',
  'conditions.portal': '[{"field":"http-header","httpHeaderConfig":{}}]',
  'actions.away': '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_302"}}',
  'listener-attributes.HTTPS-443': 'routing.http.response.server.enabled=false',
};
const ofTargets = {
  'target-group-attributes':
    'deregistration_delay.timeout_seconds=30,load_balancing.algorithm.type=least_outstanding_requests',
  'healthcheck-path': '/readyz',
  'healthcheck-port': '9090',
  'healthcheck-protocol': 'HTTP',
  'healthcheck-interval-seconds': '10',
  'healthcheck-timeout-seconds': '5',
  'healthy-threshold-count': '2',
  'unhealthy-threshold-count': '2',
  'success-codes': '200-299,304',
};

describe('annotations', () => {
  test('of ours are accepted', () => {
    expect(problemsOf('Ingress', { ...ours, ...ofTargets })).toEqual([]);
    expect(problemsOf('Service', { ...ofTargets, tags: 'a=b', 'target-type': 'ip' })).toEqual([]);
    expect(problemsOf('Ingress', {})).toEqual([]);
  });

  test('of others do not matter', () => {
    const annotations = { 'example.com/anything': '', 'kubernetes.io/ingress.class': 'alb' };
    expect(annotationProblems({ kind: 'Ingress', metadata: { annotations } })).toEqual([]);
    expect(annotationProblems({ kind: 'Ingress', metadata: {} })).toEqual([]);
  });

  test.each(Object.keys(ours).filter((suffix) => !['tags', 'target-type'].includes(suffix)))(
    '%s does not belong on a Service',
    (suffix) => {
      const annotations = { [suffix]: ours[suffix as keyof typeof ours] };
      expect(problemsOf('Service', annotations)).toContain(`${suffix} is no annotation of a Service`);
    },
  );

  test.each(['listen-port', 'healthcheck-pth', 'Scheme', 'actions', 'frontend-nlb-scheme'])(
    '%s is unknown',
    (suffix) => {
      expect(problemsOf('Ingress', { [suffix]: '1' })).toEqual([`${suffix} is no annotation of an Ingress`]);
    },
  );

  test.each([
    ['listen-ports', '[{"HTTP":80},{"HTTP":80}]'],
    ['listen-ports', '[{"HTTP":"80"}]'],
    ['listen-ports', '[{"TCP":80}]'],
    ['listen-ports', '[{HTTP:80}]'],
    ['ssl-redirect', 'true'],
    ['ssl-redirect', '70000'],
    ['certificate-arn', '123456789012:certificate/0b1c'],
    ['certificate-arn', `${certificate},`],
    ['ssl-policy', 'TLS13'],
    ['wafv2-acl-arn', webAcl.replace('regional', 'global')],
    ['group.name', 'Rising-Stars'],
    ['group.name', 'a'.repeat(64)],
    ['group.order', '1001'],
    ['group.order', 'first'],
    ['scheme', 'public'],
    ['target-type', 'pod'],
    ['ip-address-type', 'ipv6'],
    ['inbound-cidrs', '10.0.0.0'],
    ['inbound-cidrs', '10.0.0.0/33'],
    ['inbound-cidrs', '10.0.0.256/24'],
    ['inbound-cidrs', '10.0.0.0/8/8'],
    ['inbound-cidrs', '::/129'],
    ['load-balancer-attributes', 'idle_timeout.timeout_secs=120'],
    ['load-balancer-attributes', 'idle_timeout.timeout_seconds=4001'],
    ['load-balancer-attributes', 'idle_timeout.timeout_seconds'],
    ['load-balancer-attributes', 'routing.http2.enabled=yes'],
    ['load-balancer-attributes', 'routing.http2.enabled=true,routing.http2.enabled=false'],
    ['load-balancer-attributes', 'access_logs.s3.bucket=My_Bucket'],
    ['load-balancer-name', 'a'.repeat(33)],
    ['target-group-attributes', 'deregistration_delay.timeout_seconds=3601'],
    ['target-group-attributes', 'slow_start.duration_seconds=10'],
    ['target-group-attributes', 'load_balancing.algorithm.type=random'],
    ['security-groups', 'sg-1'],
    ['security-groups', 'sg-0123456789abcdef0,'],
    ['subnets', 'subnet-x'],
    ['subnets', ''],
    ['tags', 'team'],
    ['healthcheck-path', 'readyz'],
    ['healthcheck-port', '0'],
    ['healthcheck-protocol', 'TCP'],
    ['healthcheck-interval-seconds', '301'],
    ['healthcheck-interval-seconds', '10s'],
    ['healthcheck-timeout-seconds', '1'],
    ['healthy-threshold-count', '1'],
    ['unhealthy-threshold-count', '11'],
    ['success-codes', 'ok'],
    ['backend-protocol', 'http'],
    ['backend-protocol-version', 'HTTP3'],
    ['shield-advanced-protection', '1'],
    ['actions.away', '{"redirect":true}'],
    ['listener-attributes.HTTPS-443', 'server.enabled=false'],
    ['target-control-port.votes.80', 'http'],
  ])('%s cannot be %s', (suffix, value) => {
    expect(problemsOf('Ingress', { [suffix]: value })).toContain(
      `${suffix} cannot be ${JSON.stringify(value)}`,
    );
  });

  test('must be text', () => {
    const annotations = { [`${prefix}group.order`]: -10 as unknown as string };
    expect(annotationProblems({ kind: 'Ingress', metadata: { annotations } })).toEqual([
      'group.order cannot be -10',
    ]);
  });

  test.each([
    [
      { 'listen-ports': '[{"HTTP":80},{"HTTPS":8443}]', 'ssl-redirect': '443' },
      'ssl-redirect leads to 443, where nothing listens with TLS',
    ],
    [{ 'success-codes': '20' }, 'success-codes are not those of the protocol'],
    [
      { 'success-codes': '200', 'backend-protocol-version': 'GRPC' },
      'success-codes are not those of the protocol',
    ],
    [{ 'healthcheck-interval-seconds': '5' }, 'healthcheck-timeout-seconds is not less than the interval'],
    [
      { 'wafv2-acl-arn': webAcl, 'wafv2-acl-name': 'anb' },
      'wafv2-acl-arn and wafv2-acl-name exclude each other',
    ],
  ])('together make sense: %o', (annotations, sentence) => {
    expect(problemsOf('Ingress', annotations)).toEqual([sentence]);
  });
});
