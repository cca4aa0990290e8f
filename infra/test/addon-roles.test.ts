import { App, Stack } from 'aws-cdk-lib';
import { AlbControllerVersion } from 'aws-cdk-lib/aws-eks-v2';
import { describe, expect, test } from 'vitest';
import { addonRoles } from '../src/addon-roles.ts';
import { steps } from '../src/addons.ts';

const reach = {
  clusterName: 'rising-stars-dev',
  hostedZoneId: 'Z1111111111111111111',
  secretArns: ['arn:aws:secretsmanager:us-east-1:111122223333:secret:rising-stars-*'],
  queueArn: 'arn:aws:sqs:us-east-1:111122223333:rising-stars-transcode',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:alarms',
  secretKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/s',
  alarmKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/a',
};
const roles = addonRoles(reach);
const stack = new Stack(new App(), 'any');
const known: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '111122223333',
};

interface Statement {
  Action: string | string[];
  Resource: string | string[];
  Condition?: unknown;
}

/** As CloudFormation would read them. */
function statementsOf(addon: string): Statement[] {
  const role = roles.find((each) => each.addon === addon);
  const statements = stack.resolve(role?.statements.map((statement) => statement.toStatementJson()));
  return JSON.parse(JSON.stringify(statements), (_key, value) => {
    if (value?.Ref) return known[value.Ref];
    return value?.['Fn::Join'] ? value['Fn::Join'][1].join(value['Fn::Join'][0]) : value;
  });
}

const isKey = (resource: string | string[]) => listed(resource).every((arn) => arn.includes(':kms:'));
const listed = (value: string | string[]) => [value].flat();

test('every add-on with a ServiceAccount has a role with rights', () => {
  expect(
    roles.map(({ addon, namespace, serviceAccount }) => `${addon} ${namespace}/${serviceAccount}`),
  ).toEqual([
    'vpc-cni kube-system/aws-node',
    'aws-ebs-csi-driver kube-system/ebs-csi-controller-sa',
    'external-dns external-dns/external-dns',
    'aws-load-balancer-controller kube-system/aws-load-balancer-controller',
    'cluster-autoscaler kube-system/cluster-autoscaler',
    'external-secrets external-secrets/external-secrets',
    'keda keda/keda-operator',
    'kube-prometheus-stack monitoring/alertmanager',
  ]);
  for (const { statements, managedPolicies } of roles)
    expect(statements.length + managedPolicies.length).toBeGreaterThan(0);
});

describe.each(['external-dns', 'cluster-autoscaler', 'external-secrets', 'keda', 'kube-prometheus-stack'])(
  '%s',
  (addon) => {
    test('changes nothing but what is named', () => {
      for (const { Action, Resource } of statementsOf(addon)) {
        expect(listed(Action).filter((action) => action.includes('*'))).toEqual([]);
        if (!listed(Resource).includes('*')) continue;
        for (const action of listed(Action)) expect(action).toMatch(/:(Describe|List|GetInstanceTypes)/);
      }
    });
  },
);

test('external-dns writes into its zone only', () => {
  const writing = statementsOf('external-dns').find(({ Action }) =>
    listed(Action).includes('route53:ChangeResourceRecordSets'),
  );
  expect(writing?.Resource).toBe('arn:aws:route53:::hostedzone/Z1111111111111111111');
});

test('the autoscaler scales the groups of its cluster only', () => {
  const scaling = statementsOf('cluster-autoscaler').filter(({ Action }) =>
    listed(Action).some((action) => !/:(Describe|Get)/.test(action)),
  );
  expect(scaling).toMatchObject([
    {
      Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: 'arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:*:autoScalingGroupName/eks-*',
      Condition: { StringEquals: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/rising-stars-dev': 'owned' } },
    },
  ]);
});

test.each([
  [
    'external-secrets',
    ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    reach.secretArns[0],
  ],
  ['keda', ['sqs:GetQueueAttributes'], reach.queueArn],
  ['kube-prometheus-stack', ['sns:Publish'], reach.alarmTopicArn],
])('%s may do one thing to one thing', (addon, actions, resource) => {
  const [statement, ...others] = statementsOf(addon).filter(({ Resource }) => !isKey(Resource));
  expect(others).toEqual([]);
  expect(listed(statement?.Action ?? '')).toEqual(actions);
  expect(statement?.Resource).toBe(resource);
});

test('keys of their own are used by who needs them, and by nobody else', () => {
  const users = roles.flatMap(({ addon }) =>
    statementsOf(addon)
      .filter(({ Action }) => listed(Action).every((action) => action.startsWith('kms:')))
      .map(({ Resource }) => [addon, Resource]),
  );
  expect(users).toEqual([
    ['external-secrets', reach.secretKeyArn],
    ['kube-prometheus-stack', reach.alarmKeyArn],
  ]);
});

test("the load balancer controller's chart brings the controller whose policy it has", () => {
  const chart = steps.find(({ name }) => name === 'aws-load-balancer-controller');
  const known = Object.values(AlbControllerVersion).find(
    ({ helmChartVersion }) => chart?.kind === 'chart' && helmChartVersion === chart.version,
  );
  expect(chart).toMatchObject({ version: known?.version.slice(1) });
  expect(statementsOf('aws-load-balancer-controller').length).toBeGreaterThan(10);
});
