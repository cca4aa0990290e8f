import { Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { allow } from './pod-role.ts';

interface WayInProps {
  readonly cluster: eks.ICluster;
  /** Also how the names of the environment's stacks begin. */
  readonly clusterName: string;
  readonly role: iam.IRole;
}

/** What `npm run infra:tunnel` needs: the stacks' outputs, and a session with a node that leads to the API server and nowhere else. */
export class WayIn extends Construct {
  constructor(scope: Construct, id: string, { cluster, clusterName, role }: WayInProps) {
    super(scope, id);
    const arn = (service: string, resource: string, resourceName: string, account?: string) =>
      Stack.of(this).formatArn({
        service,
        resource,
        resourceName,
        ...(account !== undefined && { account }),
      });
    const anyInstance = arn('ec2', 'instance', '*');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
    const ownSessions = arn('ssm', 'session', '${aws:userid}-*');
    const stacks = arn('cloudformation', 'stack', `${clusterName}-*/*`);
    const forwarding = arn('ssm', 'document', 'AWS-StartPortForwardingSessionToRemoteHost', '');

    const policy = new iam.ManagedPolicy(this, 'policy', {
      description: 'The way to the API server: through a node of this cluster, by Session Manager',
      roles: [role],
      statements: [
        allow(['eks:DescribeCluster'], [cluster.clusterArn]),
        allow(['ssm:StartSession'], [anyInstance], {
          StringEquals: { 'ssm:resourceTag/eks:cluster-name': clusterName },
          // Or a session that names no document would be a shell on the node, as root.
          BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' },
        }),
        allow(['ssm:StartSession'], [forwarding]),
        allow(['ssmmessages:OpenDataChannel', 'ssm:TerminateSession', 'ssm:ResumeSession'], [ownSessions]),
        allow(['ec2:DescribeInstances'], ['*']),
        allow(['cloudformation:DescribeStacks'], [stacks]),
      ],
    });
    acknowledgeWildcards(
      policy,
      [anyInstance, ownSessions, stacks, '*'],
      'Nodes come and go: their tag decides. Sessions are the own ones, stacks those of the environment. Listing instances knows of no resources.',
    );
  }
}
