import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeManagedPolicies } from './acknowledge.ts';
import type { Environment, NodeGroup } from './environment.ts';
import { TRANSCODE_NODES } from './transcode-nodes.ts';

/** On the nodes' disk: images, logs, and what transcoders have in work. */
const DISK_GB = 50;

const NODE_POLICIES = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEC2ContainerRegistryPullOnly',
  // Operators come by Session Manager: no bastion, no key, no open port.
  'AmazonSSMManagedInstanceCore',
];

/** The cluster's nodes: some that stay for everything that serves, and cheap ones that may go at any moment for the transcoders. */
export class NodeGroups extends Construct {
  readonly role: iam.Role;
  readonly web: eks.Nodegroup;
  readonly transcode: eks.Nodegroup;

  constructor(scope: Construct, id: string, cluster: eks.Cluster, environment: Environment) {
    super(scope, id);
    this.role = this.#makeRole(cluster.clusterName);
    const template = this.#makeTemplate(cluster.clusterName);
    const group = (name: string, nodes: NodeGroup, options: Partial<eks.NodegroupOptions>) =>
      new eks.Nodegroup(this, name, {
        cluster,
        nodegroupName: name,
        nodeRole: this.role,
        subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        launchTemplateSpec: { id: template.ref, version: template.attrLatestVersionNumber },
        ...machinesOf(nodes),
        minSize: nodes.min,
        maxSize: nodes.max,
        desiredSize: nodes.min,
        maxUnavailable: 1,
        enableNodeAutoRepair: true,
        // An update gives up rather than override a disruption budget.
        forceUpdate: false,
        ...options,
      });
    this.web = group('web', environment.nodes.web, { capacityType: eks.CapacityType.ON_DEMAND });
    this.transcode = group('transcode', environment.nodes.transcode, {
      capacityType: eks.CapacityType.SPOT,
      labels: { [TRANSCODE_NODES.key]: TRANSCODE_NODES.value },
      taints: [{ ...TRANSCODE_NODES, effect: eks.TaintEffect.NO_SCHEDULE }],
    });
  }

  #makeRole(clusterName: string): iam.Role {
    const role = new iam.Role(this, 'role', {
      roleName: `${clusterName}-node`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: NODE_POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    acknowledgeManagedPolicies(
      role,
      NODE_POLICIES,
      "A node's rights are what EKS says they are, and change with it; pods do not have them.",
    );
    return role;
  }

  #makeTemplate(clusterName: string): ec2.CfnLaunchTemplate {
    const tags = [{ key: 'Name', value: clusterName }];
    return new ec2.CfnLaunchTemplate(this, 'template', {
      launchTemplateData: {
        // One hop: what runs in a pod does not reach the node's own credentials.
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: { volumeType: 'gp3', volumeSize: DISK_GB, encrypted: true, deleteOnTermination: true },
          },
        ],
        monitoring: { enabled: true },
        tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags })),
      },
    });
  }
}

function machinesOf({ instanceTypes }: NodeGroup): Pick<eks.NodegroupOptions, 'instanceTypes' | 'amiType'> {
  const types = instanceTypes.map((name) => new ec2.InstanceType(name));
  const isArm = types.every(({ architecture }) => architecture === ec2.InstanceArchitecture.ARM_64);
  return {
    instanceTypes: types,
    amiType: isArm
      ? eks.NodegroupAmiType.AL2023_ARM_64_STANDARD
      : eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
  };
}
