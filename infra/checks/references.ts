/** Templates of CloudFormation by the names of their stacks. */
export type Templates = Record<string, Template>;

export interface Template {
  Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

export interface Resource {
  type: string;
  /** What `Ref` gives. */
  name: string;
  arn: string;
  /** Their references resolved, each when it is read. */
  property: (name: string) => unknown;
}

interface Place {
  stack: string;
  templates: Templates;
}

type Reference = (argument: never, place: Place) => unknown;

/** An account, where everything is deployed that a check is about. */
export const ACCOUNT = '111122223333';

const pseudo = (stack: string): Record<string, string> => ({
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::StackName': stack,
  'AWS::URLSuffix': 'amazonaws.com',
});

/** What CloudFormation puts in the place of a reference; of one that is not here no check may depend. */
const references: Record<string, Reference> = {
  Ref: (id: string, place) => pseudo(place.stack)[id] ?? refOf(resourceOf(id, place)),
  'Fn::GetAtt': (words: string | string[], place) => {
    const [id = '', ...attribute] = typeof words === 'string' ? words.split('.') : words;
    const resource = resourceOf(id, place);
    return /Arn$/.test(attribute.join('.')) ? resource.arn : `${resource.name}.${attribute.join('.')}`;
  },
  'Fn::ImportValue': (name: unknown, place) => imported(String(resolve(name, place)), place),
  'Fn::Join': ([by, parts]: [string, unknown], place) => (resolve(parts, place) as unknown[]).join(by),
  'Fn::Sub': (words: string | [string, Record<string, unknown>], place) => {
    const [text, own = {}] = typeof words === 'string' ? [words] : words;
    return text
      .replaceAll(/\$\{([^!}]+)\}/g, (_, name: string) => String(substitute(name, own, place)))
      .replaceAll('${!', '${');
  },
  'Fn::Select': ([index, list]: [number | string, unknown], place) =>
    (resolve(list, place) as unknown[])[Number(index)],
  'Fn::Split': ([by, text]: [string, unknown], place) => String(resolve(text, place)).split(by),
};

function substitute(name: string, own: Record<string, unknown>, place: Place): unknown {
  if (name in own) return resolve(own[name], place);
  return name.includes('.') && !name.startsWith('AWS::')
    ? resolve({ 'Fn::GetAtt': name }, place)
    : resolve({ Ref: name }, place);
}

/** @throws at what it does not understand */
export function resolve(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, place));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const reference = references[name];
    if (!reference) throw new Error(`${name} is not understood: ${JSON.stringify(argument)}`);
    return reference(argument as never, place);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each, place)]));
}

function imported(name: string, { templates }: Place): unknown {
  // A stack's own name stands before what the CDK exports from it.
  for (const [stack, { Outputs = {} }] of Object.entries(templates)) {
    const place = { stack, templates };
    const output = Object.values(Outputs).find(
      ({ Export }) => Export && resolve(Export.Name, place) === name,
    );
    if (output) return resolve(output.Value, place);
  }
  throw new Error(`no stack exports ${name}`);
}

function resourceOf(id: string, place: Place): Resource {
  const resource = place.templates[place.stack]?.Resources?.[id];
  if (!resource) throw new Error(`${place.stack} has no ${id}`);
  const { Type: type, Properties = {} } = resource;
  const property = (name: string) => resolve(Properties[name], place);
  const given = ['BucketName', 'QueueName', 'RoleName', 'ManagedPolicyName', 'Name'].find(
    (key) => Properties[key],
  );
  const name = given ? String(property(given)) : `${place.stack}-${id}`;
  return { type, name, arn: arnOf(type, name), property };
}

const refOf = ({ type, name, arn }: Resource) =>
  ['AWS::IAM::ManagedPolicy', 'AWS::SecretsManager::Secret', 'AWS::SNS::Topic'].includes(type) ? arn : name;

function arnOf(type: string, name: string): string {
  const [, service = '', kind = ''] = type.toLowerCase().split('::');
  switch (service) {
    case 's3':
      return `arn:aws:s3:::${name}`;
    case 'iam':
      return `arn:aws:iam::${ACCOUNT}:${kind === 'managedpolicy' ? 'policy' : kind}/${name}`;
    case 'sqs':
    case 'sns':
      return `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
    case 'secretsmanager':
      return `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:${name}-AbCdEf`;
    default:
      return `arn:aws:${service}:us-east-1:${ACCOUNT}:${kind}/${name}`;
  }
}

/** Every resource of such types in all stacks. */
export const resourcesOf = (templates: Templates, ...types: string[]): Resource[] =>
  Object.entries(templates).flatMap(([stack, { Resources = {} }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([id]) => resourceOf(id, { stack, templates })),
  );

/** What an output of whichever stack names. */
export function resourceOfOutput(templates: Templates, name: string): Resource {
  for (const [stack, { Outputs = {} }] of Object.entries(templates)) {
    const { Ref: id } = (Outputs[name]?.Value ?? {}) as { Ref?: string };
    if (id) return resourceOf(id, { stack, templates });
  }
  throw new Error(`no stack has a resource as its output ${name}`);
}
