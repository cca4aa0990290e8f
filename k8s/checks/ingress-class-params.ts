import { z } from 'zod';
import { arn, type Check, cidr } from './annotation-values.ts';
import { listenerAttributes, loadBalancerAttributes } from './load-balancer-attributes.ts';

/** IngressClassParams of the AWS Load Balancer Controller v3, which no package of models has. */

const text = (check: Check) => z.string().refine(check);
const tag = z.strictObject({ key: z.string().min(1), value: z.string() });
const attributesOf = (known: Record<string, Check>) =>
  z.array(
    tag.refine(({ key, value }) => known[key]?.(value) === true, 'is no attribute, or has a bad value'),
  );
const label = z.record(z.string(), z.string());

const ingressClassParams = z.strictObject({
  apiVersion: z.literal('elbv2.k8s.aws/v1beta1'),
  kind: z.literal('IngressClassParams'),
  metadata: z.strictObject({
    name: z.string().min(1),
    labels: label.optional(),
    annotations: label.optional(),
  }),
  spec: z
    .strictObject({
      certificateArn: z.array(text(arn('acm', 'certificate/\\S+'))),
      group: z.strictObject({ name: z.string().regex(/^(?=.{1,63}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/) }),
      inboundCIDRs: z.array(text(cidr)),
      ipAddressType: z.enum(['ipv4', 'dualstack', 'dualstack-without-public-ipv4']),
      ipamConfiguration: z.strictObject({ ipv4IPAMPoolId: z.string() }),
      listeners: z.array(
        z.strictObject({
          protocol: z.enum(['HTTP', 'HTTPS']),
          port: z.int().min(1).max(65535),
          listenerAttributes: attributesOf(listenerAttributes).optional(),
        }),
      ),
      loadBalancerAttributes: attributesOf(loadBalancerAttributes),
      loadBalancerName: z.string().max(32),
      minimumLoadBalancerCapacity: z.strictObject({ capacityUnits: z.int().min(1) }),
      namespaceSelector: z.strictObject({ matchLabels: label }),
      prefixListsIDs: z.array(z.string().regex(/^pl-[0-9a-f]+$/)),
      scheme: z.enum(['internal', 'internet-facing']),
      sslPolicy: z.string().startsWith('ELBSecurityPolicy-'),
      subnets: z.union([
        z.strictObject({ ids: z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(1) }),
        z.strictObject({ tags: z.record(z.string(), z.array(z.string())) }),
      ]),
      tags: z.array(tag),
      targetType: z.enum(['instance', 'ip']),
      wafv2AclArn: text(arn('wafv2', 'regional/webacl/\\S+')),
      wafv2AclName: z.string(),
    })
    .partial(),
});

/** What is wrong with IngressClassParams; the fields it may have are those we may use. */
export function ingressClassParamsProblems(object: unknown): string[] {
  const { error } = ingressClassParams.safeParse(object);
  return error?.issues.map(({ path, message }) => `/${path.join('/')} ${message}`) ?? [];
}
