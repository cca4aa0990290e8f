import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeManagedPolicies } from './acknowledge.ts';
import { type AddonRole, addonRoles, type Reach } from './addon-roles.ts';
import type { EksAddon } from './addons/addon.ts';
import { eksAddons } from './addons/eks.ts';
import type { Environment } from './environment.ts';
import { PodRole } from './pod-role.ts';

interface ClusterAddonsProps {
  readonly cluster: eks.Cluster;
  readonly nodeGroups: readonly eks.Nodegroup[];
  readonly reach: Reach;
}

/** What EKS installs in the cluster, and the roles of that and of what `npm run infra:addons` installs. */
export class ClusterAddons extends Construct {
  constructor(scope: Construct, id: string, environment: Environment, props: ClusterAddonsProps) {
    super(scope, id);
    const roles = new Map(addonRoles(props.reach).map((role) => [role.addon, this.#makeRole(role, props)]));
    for (const addon of eksAddons) {
      const made = this.#makeAddon(addon, environment, props.reach.clusterName, roles.get(addon.name));
      made.node.addDependency(props.cluster);
      for (const group of props.nodeGroups) {
        if (addon.isBeforeNodes) group.node.addDependency(made);
        else made.node.addDependency(group);
      }
    }
  }

  #makeRole(role: AddonRole, { cluster, reach: { clusterName } }: ClusterAddonsProps): iam.Role {
    const { addon, namespace, serviceAccount, statements, managedPolicies } = role;
    const made = new PodRole(this, addon, {
      cluster,
      clusterName,
      serviceAccount: { namespace, name: serviceAccount },
      statements,
      managedPolicies: managedPolicies.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
      wildcards: {
        resources: statements
          .flatMap(({ resources }) => resources)
          .filter((resource) => resource.includes('*')),
        reason: `What ${addon} needs by its own documentation, which src/addon-roles.ts names; conditions narrow it.`,
      },
      isAssociated: !eksAddons.some(({ name }) => name === addon),
    });
    acknowledgeManagedPolicies(made.role, managedPolicies, 'AWS keeps it with the add-on, which is its own.');
    return made.role;
  }

  #makeAddon(addon: EksAddon, environment: Environment, clusterName: string, role?: iam.Role): eks.CfnAddon {
    const { name, version, serviceAccount, configuration } = addon;
    const values = configuration(environment);
    return new eks.CfnAddon(this, `${name}-addon`, {
      clusterName,
      addonName: name,
      addonVersion: version,
      resolveConflicts: 'OVERWRITE',
      ...(Object.keys(values).length > 0 && { configurationValues: JSON.stringify(values) }),
      ...(role && serviceAccount && { podIdentityAssociations: [{ roleArn: role.roleArn, serviceAccount }] }),
    });
  }
}
