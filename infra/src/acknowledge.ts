import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Lets a finding of cdk-nag's AwsSolutions pack stand at this construct; the reason is what a reviewer is told. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}

/** Likewise that a role has policies that AWS keeps. */
export function acknowledgeManagedPolicies(
  construct: IConstruct,
  names: readonly string[],
  reason: string,
): void {
  for (const name of names) {
    acknowledge(construct, `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`, reason);
  }
}

/** Likewise that a policy's resource ends in a wildcard; each is named, so that another one is found. */
export function acknowledgeWildcards(
  construct: IConstruct,
  resources: readonly string[],
  reason: string,
): void {
  for (const resource of resources) {
    acknowledge(construct, `IAM5[Resource::${flatten(Stack.of(construct).resolve(resource))}]`, reason);
  }
}

/** As cdk-nag writes a value that is known only when it is deployed. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref) return `<${Ref}>`;
  if (!join) throw new Error(`no name for ${JSON.stringify(value)}`);
  return join[1].map(flatten).join(join[0]);
}
