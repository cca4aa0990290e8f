import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { eksAddons } from './addons/eks.ts';
import { LOAD_BALANCER_CONTROLLER } from './addons/load-balancer-controller.ts';
import { steps } from './addons.ts';

/** What the add-ons may touch. */
export interface Reach {
  /** A literal: it is part of a condition's key. */
  readonly clusterName: string;
  readonly hostedZoneId: string;
  /** ARNs of secrets, or prefixes of them that end with `*`. */
  readonly secretArns: readonly string[];
  readonly secretKeyArn: string;
  readonly queueArn: string;
  readonly alarmTopicArn: string;
  readonly alarmKeyArn: string;
}

/** For one role and its association by EKS Pod Identity. */
export interface AddonRole {
  readonly addon: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly statements: readonly PolicyStatement[];
  /** Names of policies that AWS keeps. */
  readonly managedPolicies: readonly string[];
}

/** A role for each add-on that has a ServiceAccount in the tables. */
export function addonRoles(reach: Reach): AddonRole[] {
  const statements: Record<string, PolicyStatement[]> = {
    'external-dns': externalDns(reach.hostedZoneId),
    'aws-load-balancer-controller': loadBalancerController(),
    'cluster-autoscaler': clusterAutoscaler(reach.clusterName),
    'external-secrets': externalSecrets(reach.secretArns, reach.secretKeyArn),
    keda: kedaOperator(reach.queueArn),
    'kube-prometheus-stack': alertmanager(reach.alarmTopicArn, reach.alarmKeyArn),
  };
  const managed: Record<string, string[]> = {
    'vpc-cni': ['AmazonEKS_CNI_Policy'],
    // Of the two it is the one that touches volumes with the driver's tag only.
    'aws-ebs-csi-driver': ['AmazonEBSCSIDriverPolicyV2'],
  };
  return withServiceAccount().map(({ name, namespace, serviceAccount }) => ({
    addon: name,
    namespace,
    serviceAccount,
    statements: statements[name] ?? [],
    managedPolicies: managed[name] ?? [],
  }));
}

function withServiceAccount() {
  return [...eksAddons, ...steps].flatMap((addon) =>
    addon.kind !== 'manifests' && addon.serviceAccount
      ? [{ ...addon, serviceAccount: addon.serviceAccount }]
      : [],
  );
}

/** The controller's own policy (docs/install/iam_policy.json) for the version of its chart, as aws-cdk-lib carries it. */
export function loadBalancerController(): PolicyStatement[] {
  const version = versionOf(LOAD_BALANCER_CONTROLLER);
  const library = dirname(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
  const file = join(library, `aws-eks-v2/lib/addons/alb-iam_policy-v${version}.json`);
  const { Statement } = JSON.parse(readFileSync(file, 'utf8')) as { Statement: object[] };
  return Statement.map((statement) => PolicyStatement.fromJson(statement));
}

const versionOf = (name: string) =>
  steps.flatMap((step) => (step.kind === 'chart' && step.name === name ? [step.version] : []))[0];

/**
 * kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md; what changes something is held to this
 * cluster's groups, whose tag EKS sets.
 */
export function clusterAutoscaler(clusterName: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'Look',
      // None of them knows resources.
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeLaunchConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:GetInstanceTypesFromInstanceRequirements',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'LookAtEmptyGroups',
      actions: ['eks:DescribeNodegroup'],
      resources: [arn('eks', `nodegroup/${clusterName}/*`)],
    }),
    new PolicyStatement({
      sid: 'Scale',
      actions: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      resources: [arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/eks-*')],
      conditions: {
        StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${clusterName}`]: 'owned' },
      },
    }),
  ];
}

/** Amazon EKS User Guide, community add-ons, External DNS. */
export function externalDns(hostedZoneId: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'FindZone',
      actions: ['route53:ListHostedZones'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'KeepRecords',
      actions: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
      resources: [`arn:${Aws.PARTITION}:route53:::hostedzone/${hostedZoneId}`],
    }),
  ];
}

/** external-secrets.io, provider AWS Secrets Manager: what single secrets need, without the finding of others. */
export function externalSecrets(secretArns: readonly string[], keyArn: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ReadSecrets',
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      resources: [...secretArns],
    }),
    useKey(keyArn, ['kms:Decrypt']),
  ];
}

/** keda.sh, scaler aws-sqs-queue: the one call that it makes. */
export function kedaOperator(queueArn: string): PolicyStatement[] {
  return [
    new PolicyStatement({ sid: 'QueueLength', actions: ['sqs:GetQueueAttributes'], resources: [queueArn] }),
  ];
}

/** prometheus.io, Alertmanager, sns_config; of the key, Amazon SNS Developer Guide, key management. */
export function alertmanager(alarmTopicArn: string, keyArn: string): PolicyStatement[] {
  return [
    new PolicyStatement({ sid: 'Alarm', actions: ['sns:Publish'], resources: [alarmTopicArn] }),
    useKey(keyArn, ['kms:Decrypt', 'kms:GenerateDataKey']),
  ];
}

const useKey = (keyArn: string, actions: string[]) =>
  new PolicyStatement({ sid: 'UseKey', actions, resources: [keyArn] });

const arn = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
