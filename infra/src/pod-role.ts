import { Aws } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

interface PodRoleProps {
  readonly cluster: eks.Cluster;
  readonly clusterName: string;
  readonly serviceAccount: ServiceAccount;
  readonly statements?: readonly iam.PolicyStatement[];
  readonly managedPolicies?: readonly iam.IManagedPolicy[];
  /** Resources of the statements that end in a wildcard, and why they must. */
  readonly wildcards?: { readonly resources: readonly string[]; readonly reason: string };
  /** Not for an add-on of EKS, which makes its own. */
  readonly isAssociated?: boolean;
}

/** What the pods of one service account may do in AWS, by EKS Pod Identity. No other account of the cluster can take it on. */
export class PodRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: PodRoleProps) {
    super(scope, id);
    const { clusterName, serviceAccount, statements = [], managedPolicies = [], isAssociated = true } = props;
    const { namespace, name } = serviceAccount;
    this.role = new iam.Role(this, 'role', {
      roleName: `${clusterName}-${id}`,
      assumedBy: new iam.PrincipalWithConditions(
        new iam.ServicePrincipal('pods.eks.amazonaws.com').withSessionTags(),
        {
          StringEquals: {
            'aws:SourceAccount': Aws.ACCOUNT_ID,
            'aws:RequestTag/eks-cluster-name': clusterName,
            'aws:RequestTag/kubernetes-namespace': namespace,
            'aws:RequestTag/kubernetes-service-account': name,
          },
        },
      ),
      managedPolicies: [...managedPolicies],
    });
    for (const statement of statements) this.role.addToPolicy(statement);
    if (props.wildcards) acknowledgeWildcards(this.role, props.wildcards.resources, props.wildcards.reason);
    if (!isAssociated) return;
    const association = new eks.CfnPodIdentityAssociation(this, 'association', {
      clusterName,
      namespace,
      serviceAccount: name,
      roleArn: this.role.roleArn,
    });
    // It names the cluster only, and would not wait for it.
    association.node.addDependency(props.cluster);
  }
}

/** A statement that allows these actions on these resources. */
export const allow = (
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Record<string, Record<string, unknown>>,
) =>
  new iam.PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions }),
  });
