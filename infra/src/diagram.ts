import type { Resource, Template } from './app.ts';

type Templates = Readonly<Record<string, Template>>;
type Properties = Resource['Properties'];

/** What the diagram shows of each type: a box for each resource, or one for all of a stack that are called the same. */
const boxes: Readonly<Record<string, (properties: Properties, id: string) => string | undefined>> = {
  'AWS::EC2::NatGateway': () => 'NAT gateway',
  'AWS::EC2::VPC': ({ CidrBlock }) => `VPC ${CidrBlock}`,
  'AWS::EC2::VPCEndpoint': () => 'endpoint of AWS',
  'AWS::EC2::Subnet': ({ Tags }) => `subnet: ${tag(Tags, 'aws-cdk:subnet-name')}`,
  'AWS::S3::Bucket': (_, id) =>
    id.startsWith('media') ? 'S3: originals/ media/ withheld/' : 'S3: access logs',
  'AWS::WAFv2::WebACL': () => 'web ACL',
  'AWS::CertificateManager::Certificate': ({ DomainName }) => `certificate ${DomainName}`,
  'AWS::SES::EmailIdentity': () => 'SES: the domain',
  'AWS::RDS::DBInstance': ({ DBInstanceClass, MultiAZ }) =>
    `Postgres ${DBInstanceClass}${MultiAZ ? ', Multi-AZ' : ''}`,
  'AWS::SecretsManager::Secret': () => 'secret',
  'AWS::SecretsManager::RotationSchedule': () => 'rotation',
  'AWS::CloudFront::Distribution': ({ DistributionConfig }) => `CloudFront ${DistributionConfig.Aliases[0]}`,
  'AWS::StepFunctions::StateMachine': () => 'takedown: the CDN forgets',
  'AWS::Events::Rule': ({ Description }) => Description,
  'AWS::SQS::Queue': (_, id) => QUEUES[Object.keys(QUEUES).find((name) => id.startsWith(name)) ?? ''],
  'AWS::EKS::Cluster': ({ Version }) => `EKS ${Version}`,
  'AWS::EKS::Nodegroup': ({ NodegroupName, InstanceTypes, CapacityType, ScalingConfig }) =>
    `${NodegroupName}: ${ScalingConfig.MinSize}–${ScalingConfig.MaxSize} × ${InstanceTypes[0]}${CapacityType === 'SPOT' ? ' …, Spot' : ''}`,
  'AWS::EKS::Addon': () => 'add-on of EKS',
  'AWS::EKS::PodIdentityAssociation': ({ ServiceAccount }) => `pods: ${ServiceAccount}`,
  'AWS::ECR::Repository': () => 'repository',
  'AWS::CloudWatch::Alarm': () => 'alarm',
  'AWS::Budgets::Budget': () => 'budget',
  'AWS::Route53::HealthCheck': () => 'health check from outside',
  'AWS::SNS::Topic': () => 'topic of alarms',
  'AWS::SNS::Subscription': ({ Endpoint }) => `mail to ${Endpoint}`,
};
const QUEUES: Readonly<Record<string, string>> = {
  jobsqueue: 'SQS: jobs',
  jobsdeadletters: 'SQS: dead letters',
  takedownundelivered: 'SQS: takedowns undelivered',
};

/** Of what a box refers to, for an arrow. What merely lies in a network, or measures, would draw one to everything. */
const isDrawn = (from: string, to: string) =>
  !['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::NatGateway'].includes(to) &&
  !(from === 'AWS::CloudWatch::Alarm' && to !== 'AWS::SNS::Topic');

interface Box {
  readonly stack: string;
  readonly type: string;
  readonly label: string;
  /** `stack.id` of what it stands for. */
  readonly resources: string[];
}

/** Mermaid's text of what the templates of an environment hold, what refers to what, and what the pods' roles allow. */
export function diagramOf(templates: Templates): string {
  const all = boxesOf(templates);
  const nameOf = (box: Box) => `b${all.indexOf(box)}`;
  const arrows = arrowsOf(templates, all);
  const isAlone = (box: Box) => !arrows.some(([from, to]) => from === box || to === box);
  const stacks = Object.keys(templates).map((stack) => {
    const inside = all.filter((box) => box.stack === stack);
    const lines = inside.filter((box) => !isAlone(box)).map((box) => `    ${nameOf(box)}["${labelOf(box)}"]`);
    // What no arrow meets takes up less room together.
    const rest = inside.filter(isAlone);
    const [first] = rest;
    if (first) lines.push(`    ${nameOf(first)}["${rest.map(labelOf).join('<br/>')}"]`);
    return [`  subgraph ${stack.split('-').at(-1)}`, ...lines, '  end'].join('\n');
  });
  const drawn = arrows.map(
    ([from, to, label]) => `  ${nameOf(from)} -->${label && `|${label}|`} ${nameOf(to)}`,
  );
  return ['```mermaid', 'flowchart LR', ...stacks, ...new Set(drawn), '```'].join('\n');
}

const labelOf = ({ label, resources }: Box) =>
  resources.length > 1 ? `${resources.length} × ${label}` : label;

function boxesOf(templates: Templates): Box[] {
  const found = new Map<string, Box>();
  for (const [stack, { Resources }] of Object.entries(templates)) {
    for (const [id, { Type: type, Properties }] of Object.entries(Resources)) {
      const label = boxes[type]?.(Properties ?? {}, id);
      if (!label) continue;
      const key = `${stack} ${label}`;
      const box = found.get(key) ?? { stack, type, label, resources: [] };
      box.resources.push(`${stack}.${id}`);
      found.set(key, box);
    }
  }
  return [...found.values()];
}

function arrowsOf(templates: Templates, all: readonly Box[]): [Box, Box, string][] {
  const boxOf = (resource: string) => all.find(({ resources }) => resources.includes(resource));
  const found = all
    .flatMap(({ resources }) => resources)
    .flatMap((from) => [...reached(templates, from)].map(([to, label]) => [from, to, label] as const));
  return [...found, ...connections(templates, all)].flatMap(([start, end, label]): [Box, Box, string][] => {
    const [from, to] = [boxOf(start), boxOf(end)];
    return from && to && to !== from && isDrawn(from.type, to.type) ? [[from, to, label]] : [];
  });
}

/** Who may connect to whom: of rules of security groups, those who are in the groups. */
function connections(templates: Templates, all: readonly Box[]): [from: string, to: string, label: string][] {
  const shown = all.flatMap(({ resources }) => resources);
  const membersOf = (stack: string, group: unknown) => {
    const named = mentioned(templates, stack, group);
    // The cluster makes a group of its own.
    const owner = shown.filter((resource) => named.has(resource));
    if (owner.length > 0) return owner;
    return shown.filter((resource) => {
      const { Properties } = resourceNamed(templates, resource);
      return [...mentioned(templates, stackOf(resource), Properties)].some((other) => named.has(other));
    });
  };
  return rulesOf(templates).flatMap(([stack, { GroupId, SourceSecurityGroupId, FromPort }]) =>
    membersOf(stack, SourceSecurityGroupId).flatMap((from) =>
      membersOf(stack, GroupId).map((to): [string, string, string] => [from, to, `:${FromPort}`]),
    ),
  );
}

const rulesOf = (templates: Templates): [stack: string, Properties][] =>
  Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress')
      .map(({ Properties }): [string, Properties] => [stack, Properties]),
  );

/** What a resource refers to; and, of a role, what its policies name, with what they allow. */
function reached(templates: Templates, resource: string): Map<string, string> {
  const { Properties = {}, Type } = resourceNamed(templates, resource);
  const stack = stackOf(resource);
  const direct = new Map([...mentioned(templates, stack, Properties)].map((other) => [other, '']));
  if (Type !== 'AWS::EKS::PodIdentityAssociation') return direct;
  const [role = ''] = mentioned(templates, stack, Properties.RoleArn);
  return new Map(rightsOf(templates, role));
}

function rightsOf(templates: Templates, role: string): [string, string][] {
  const stack = stackOf(role);
  const policies = Object.values(templates[stack]?.Resources ?? {}).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && mentioned(templates, stack, Properties.Roles).has(role),
  );
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actions = new Map<string, Set<string>>();
  for (const { Action, Resource: resources } of statements) {
    for (const other of mentioned(templates, stack, resources)) {
      const known = actions.get(other) ?? new Set();
      for (const action of [Action].flat()) known.add(verbOf(action));
      actions.set(other, known);
    }
  }
  return [...actions].map(([other, verbs]) => [other, [...verbs].toSorted().join(' ')]);
}

/** `s3:GetObject` is to get. */
const verbOf = (action: string) =>
  action
    .replace(/^.*:/, '')
    .replace(/(?<=[a-z])[A-Z].*$/, '')
    .toLowerCase();

/** What a value refers to, in whichever stack; a bucket by its name too, for its policies need that before it is there. */
function mentioned(templates: Templates, stack: string, value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (at: string, part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported } = part as Record<string, unknown>;
    if (typeof Ref === 'string') found.add(`${at}.${Ref}`);
    // The master's secret is RDS' own: who reads it does not reach the database by that.
    if (Array.isArray(attribute) && !attribute[1].endsWith('SecretArn')) found.add(`${at}.${attribute[0]}`);
    if (typeof imported === 'string') {
      const [exporter = ''] = imported.split(':');
      const output = Object.values(templates[exporter]?.Outputs ?? {}).find(
        ({ Export }) => Export?.Name === imported,
      );
      visit(exporter, output?.Value);
    }
    for (const each of Object.values(part)) visit(at, each);
  };
  visit(stack, value);
  const text = JSON.stringify(value) ?? '';
  for (const [name, bucket] of namedBuckets(templates)) if (text.includes(`:s3:::${name}`)) found.add(bucket);
  return found;
}

function namedBuckets(templates: Templates): [string, string][] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties }]): [string, string][] => {
      const start = Type === 'AWS::S3::Bucket' ? Properties?.BucketName?.['Fn::Join']?.[1]?.[0] : undefined;
      return start ? [[start, `${stack}.${id}`]] : [];
    }),
  );
}

const stackOf = (resource: string) => resource.slice(0, resource.lastIndexOf('.'));

function resourceNamed(templates: Templates, resource: string): Resource {
  const found = templates[stackOf(resource)]?.Resources[resource.slice(resource.lastIndexOf('.') + 1)];
  if (!found) throw new Error(`no resource ${resource}`);
  return found;
}

const tag = (tags: { Key: string; Value: string }[], key: string) =>
  tags.find(({ Key }) => Key === key)?.Value;
