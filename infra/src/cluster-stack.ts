import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeManagedPolicies } from './acknowledge.ts';
import type { Reach } from './addon-roles.ts';
import { APPLICATION } from './addons/manifests.ts';
import { KUBERNETES_VERSION } from './addons.ts';
import { ClusterAddons } from './cluster-addons.ts';
import type { DataStack } from './data-stack.ts';
import type { EdgeStack } from './edge-stack.ts';
import { type Environment, nameOf } from './environment.ts';
import { NodeGroups } from './node-groups.ts';
import { PodRole } from './pod-role.ts';
import { mediaArn, programRights } from './program-rights.ts';
import { output } from './stack-output.ts';
import type { WatchStack } from './watch-stack.ts';
import { WayIn } from './way-in.ts';

interface ClusterStackProps extends StackProps {
  vpc: ec2.IVpc;
  data: DataStack;
  edge: EdgeStack;
  watch: WatchStack;
  deployRole: iam.IRole;
}

/** The cluster, its nodes, and what its pods may do. */
export class ClusterStack extends Stack {
  readonly cluster: eks.Cluster;
  readonly nodes: NodeGroups;
  /** What a person becomes who looks after the cluster. */
  readonly operatorRole: iam.Role;

  constructor(scope: Construct, id: string, environment: Environment, props: ClusterStackProps) {
    super(scope, id, props);
    const name = nameOf(environment);
    this.cluster = this.#makeCluster(name, props.vpc);
    this.nodes = new NodeGroups(this, 'nodes', this.cluster, environment);
    new ClusterAddons(this, 'addons', environment, {
      cluster: this.cluster,
      nodeGroups: [this.nodes.web, this.nodes.transcode],
      reach: reachOf(name, environment, props),
    });
    this.#openDatabase(props.data);
    for (const [program, rights] of Object.entries(programRights)) {
      const statements = rights({ mediaArn: mediaArn(environment), jobs: props.data.jobs });
      const resources = statements.flatMap((statement) => statement.resources);
      new PodRole(this, program, {
        cluster: this.cluster,
        clusterName: name,
        serviceAccount: { namespace: APPLICATION, name: `rising-stars-${program}` },
        statements,
        wildcards: {
          resources: resources.filter((resource) => resource.endsWith('/*')),
          reason: 'Objects of one bucket.',
        },
      });
    }
    this.operatorRole = this.#makeOperator(name);
    this.#admit(name, this.operatorRole, 'operator', eks.AccessScopeType.CLUSTER);
    this.#admit(name, props.deployRole, 'deploy', eks.AccessScopeType.NAMESPACE);

    output(this, 'Region', this.region);
    output(this, 'ClusterName', name);
    output(this, 'ClusterArn', this.cluster.clusterArn);
    output(this, 'ClusterEndpoint', this.cluster.clusterEndpoint);
    output(this, 'OperatorRole', this.operatorRole.roleArn);
  }

  #makeCluster(clusterName: string, vpc: ec2.IVpc): eks.Cluster {
    const log = new logs.LogGroup(this, 'log', {
      logGroupName: `/aws/eks/${clusterName}/cluster`,
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const cluster = new eks.Cluster(this, 'cluster', {
      clusterName,
      version: eks.KubernetesVersion.of(KUBERNETES_VERSION),
      vpc,
      vpcSubnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
      // Reached through a node, by Session Manager.
      endpointAccess: eks.EndpointAccess.PRIVATE,
      defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
      bootstrapClusterCreatorAdminPermissions: false,
      bootstrapSelfManagedAddons: false,
      outputConfigCommand: false,
      secretsEncryptionKey: new kms.Key(this, 'secrets-key', {
        alias: `${clusterName}-cluster`,
        description: `${clusterName}: secrets in the cluster`,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      clusterLogging: Object.values(eks.ClusterLoggingTypes),
    });
    acknowledgeManagedPolicies(
      cluster,
      ['AmazonEKSClusterPolicy'],
      "The control plane's rights are what EKS says they are.",
    );
    Validations.of(cluster).acknowledge({
      id: 'CloudFormation-Validate::W9009',
      reason: 'The construct says which resources are encrypted in the way it has always been said.',
    });
    // Or the cluster makes one that keeps everything for ever.
    cluster.node.addDependency(log);
    return cluster;
  }

  #openDatabase({ database }: DataStack): void {
    new ec2.CfnSecurityGroupIngress(this, 'database-access', {
      description: 'Pods; network policies say which',
      groupId: database.securityGroup.securityGroupId,
      sourceSecurityGroupId: this.cluster.clusterSecurityGroupId,
      ipProtocol: 'tcp',
      fromPort: database.port,
      toPort: database.port,
    });
  }

  #makeOperator(clusterName: string): iam.Role {
    return new iam.Role(this, 'operator', {
      roleName: `${clusterName}-operator`,
      description: 'A person who looks after the cluster',
      maxSessionDuration: Duration.hours(4),
      // Whom an administrator of the account lets assume it.
      assumedBy: new iam.AccountRootPrincipal(),
    });
  }

  /** Lets a role reach the API server through a node, and do everything in the cluster or in the chart's namespace. */
  #admit(clusterName: string, role: iam.IRole, id: string, accessScopeType: eks.AccessScopeType): void {
    new WayIn(this, `${id}-way-in`, { cluster: this.cluster, clusterName, role });
    new eks.AccessEntry(this, `${id}-access`, {
      cluster: this.cluster,
      principal: role.roleArn,
      accessPolicies: [
        // No lesser policy knows kinds that are not Kubernetes' own, such as ScaledObject.
        eks.AccessPolicy.fromAccessPolicyName('AmazonEKSClusterAdminPolicy', {
          accessScopeType,
          ...(accessScopeType === eks.AccessScopeType.NAMESPACE && { namespaces: [APPLICATION] }),
        }),
      ],
    });
  }
}

/** What add-ons may touch: no more than these of what the other stacks hold. */
function reachOf(
  clusterName: string,
  { domain }: Environment,
  { data, edge, watch }: ClusterStackProps,
): Reach {
  const { database, signingKey, key } = data;
  return {
    clusterName,
    hostedZoneId: domain.hostedZone.id,
    secretArns: [
      database.masterSecretArn,
      ...Object.values(database.logins).map(({ secretArn }) => secretArn),
      signingKey.secretArn,
      edge.mail.password.secretArn,
    ],
    secretKeyArn: key.keyArn,
    queueArn: data.jobs.queue.queueArn,
    alarmTopicArn: watch.topic.topicArn,
    alarmKeyArn: watch.key.keyArn,
  };
}
