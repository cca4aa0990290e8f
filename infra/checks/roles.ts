import { list, readStatements, type Statement } from './iam.ts';
import { type Resource, resourcesOf, type Templates } from './references.ts';

export interface Role {
  name: string;
  statements: Statement[];
  /** Policies of AWS' own, whose statements stand in no template. */
  awsPolicies: string[];
}

/** The role that EKS gives the pods of a service account; undefined when there is none. */
export function roleOf(templates: Templates, namespace: string, serviceAccount: string): Role | undefined {
  const arns = resourcesOf(templates, 'AWS::EKS::PodIdentityAssociation')
    .filter(
      ({ property }) => property('Namespace') === namespace && property('ServiceAccount') === serviceAccount,
    )
    .map(({ property }) => property('RoleArn'));
  if (arns.length > 1) throw new Error(`${namespace}/${serviceAccount} has ${arns.length} roles`);
  const role = resourcesOf(templates, 'AWS::IAM::Role').find(({ arn }) => arn === arns[0]);
  if (arns[0] && !role) throw new Error(`no stack makes ${arns[0]}`);
  return role && readRole(templates, role);
}

function readRole(templates: Templates, role: Resource): Role {
  if (role.property('PermissionsBoundary')) throw new Error(`the boundary of ${role.name} is not understood`);
  const attached = list<string>(role.property('ManagedPolicyArns'));
  const policies = resourcesOf(
    templates,
    'AWS::IAM::Policy',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::RolePolicy',
  ).filter(
    ({ arn, property }) =>
      attached.includes(arn) || [...list(property('Roles')), property('RoleName')].includes(role.name),
  );
  const documents = [
    ...list<{ PolicyDocument: unknown }>(role.property('Policies')).map(
      ({ PolicyDocument }) => PolicyDocument,
    ),
    ...policies.map(({ property }) => property('PolicyDocument')),
  ];
  return {
    name: role.name,
    statements: documents.flatMap(readStatements),
    awsPolicies: attached.filter((arn) => !policies.some((policy) => policy.arn === arn)),
  };
}
