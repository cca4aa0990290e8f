import { publicPaths } from '@anb/topology';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { both, Expression, entriesOf, when } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { labels, named } from './names.ts';

const v = values.ingress;
const { publicUrl } = values;
const host = new Expression(`(urlParse ${publicUrl.source}).hostname`, new URL(publicUrl.plain).hostname);

const annotation = (name: string) => `alb.ingress.kubernetes.io/${name}`;

const loadBalancer = {
  [annotation('scheme')]: v.scheme,
  [annotation('target-type')]: 'ip',
  [annotation('group.name')]: when(v.groupName, v.groupName),
  [annotation('listen-ports')]: when(v.tls, '[{"HTTP": 80}, {"HTTPS": 443}]'),
  [annotation('ssl-redirect')]: when(v.tls, '443'),
  [annotation('ssl-policy')]: when(both(v.tls, v.sslPolicy), v.sslPolicy),
  [annotation('certificate-arn')]: when(v.certificateArn, v.certificateArn),
  [annotation('wafv2-acl-arn')]: when(v.wafAclArn, v.wafAclArn),
  [annotation('inbound-cidrs')]: when(
    v.inboundCidrs,
    new Expression(`join "," ${v.inboundCidrs.source}`, v.inboundCidrs.plain.join(',')),
  ),
  [annotation('load-balancer-attributes')]: new Expression(
    'include "rising-stars.loadBalancerAttributes" .',
    [
      `idle_timeout.timeout_seconds=${v.idleTimeoutSeconds.plain}`,
      'routing.http.drop_invalid_header_fields.enabled=true',
      `deletion_protection.enabled=${v.deletionProtection.plain}`,
    ].join(','),
  ),
  [annotation('tags')]: when(v.tags, new Expression('include "rising-stars.tags" .', '')),
  ...entriesOf(v.annotations),
};

/**
 * The public paths, for the AWS Load Balancer Controller. It sorts exact paths first, then prefixes by length,
 * then the others in their order; ours are all of the last kind, so the topology's order holds.
 */
export class PublicIngress extends KubeObject<k8s.KubeIngressProps> {
  constructor(scope: Construct) {
    super(
      scope,
      'ingress',
      k8s.KubeIngress.GVK,
      {
        metadata: { name: named('public'), labels: labels('ingress'), annotations: loadBalancer },
        spec: {
          ingressClassName: v.className,
          rules: [
            {
              host,
              http: {
                paths: publicPaths.map(({ path, service }) => ({
                  path,
                  pathType: 'ImplementationSpecific',
                  backend: { service: { name: named(service), port: { name: 'http' } } },
                })),
              },
            },
          ],
        },
      },
      v.enabled,
    );
  }
}
