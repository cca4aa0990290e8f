import { readFile } from 'node:fs/promises';
import { AwsRefusal, aws } from './aws-cli.ts';
import { Complaint } from './complaint.ts';
import { type Environment, nameOf } from './environment.ts';

const stacks = ['registry', 'network', 'data', 'cluster', 'edge', 'watch'] as const;
export type StackName = (typeof stacks)[number];

export const stackName = (environment: Pick<Environment, 'name'>, stack: StackName) =>
  `${nameOf(environment)}-${stack}`;

type StackOutputs = Readonly<Record<string, string>>;

/** What the stacks of an environment have put out; a stack that is not deployed is not in it. */
export type Outputs = Readonly<Partial<Record<StackName, StackOutputs>>>;

/** From a file as `cdk deploy --outputs-file` writes it, or else from CloudFormation through the AWS CLI. */
export async function readOutputs(environment: Environment, file?: string): Promise<Outputs> {
  const read = file ? await fromFile(file) : (name: string) => fromCloudFormation(name, environment.region);
  const found = await Promise.all(
    stacks.map(async (stack) => [stack, await read(stackName(environment, stack))]),
  );
  return Object.fromEntries(found.filter(([, outputs]) => outputs));
}

/**
 * The outputs that somebody needs, each by its stack and its name: `{ vpcId: 'network.VpcId' }`.
 * @throws Complaint that names all that are missing
 */
export function pick<Name extends string>(
  outputs: Outputs,
  wanted: Readonly<Record<Name, `${StackName}.${string}`>>,
): Record<Name, string> {
  const find = (place: string) => {
    const [stack = '', key = ''] = place.split('.');
    return outputs[stack as StackName]?.[key];
  };
  const missing = Object.values<string>(wanted).filter((place) => !find(place));
  if (missing.length > 0) {
    throw new Complaint(`these outputs are missing, deploy their stacks first: ${missing.join(', ')}`);
  }
  const found = Object.entries<string>(wanted).map(([name, place]) => [name, find(place)]);
  return Object.fromEntries(found);
}

async function fromFile(file: string) {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Complaint(`cannot read ${file}: cdk deploy --outputs-file writes it`);
  });
  const content = parsed(text);
  if (!isRecord(content) || !Object.values(content).every(isStackOutputs)) {
    throw new Complaint(`${file} is not what cdk deploy --outputs-file writes`);
  }
  return (name: string) => content[name] as StackOutputs | undefined;
}

async function fromCloudFormation(name: string, region: string): Promise<StackOutputs | undefined> {
  const answer = await aws(region, ['cloudformation', 'describe-stacks', '--stack-name', name]).catch(
    (error: Error) => {
      if (!(error instanceof Complaint)) throw error;
      if (!(error instanceof AwsRefusal)) throw new Complaint(`${error.message}, or give --outputs FILE`);
      if (error.message.includes('does not exist')) return undefined;
      throw error;
    },
  );
  const [stack] = (answer as Described | undefined)?.Stacks ?? [];
  return (
    stack &&
    Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  );
}

interface Described {
  Stacks: { Outputs?: { OutputKey: string; OutputValue: string }[] }[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStackOutputs = (value: unknown) =>
  isRecord(value) && Object.values(value).every((output) => typeof output === 'string');
