import { describe, expect, test } from 'vitest';
import { environmentNamed } from '../src/environments/index.ts';
import { pick, readOutputs } from '../src/outputs.ts';
import { clusterOf, outputsFile, outputsOf, run } from './command.ts';
import { fakeOutputs } from './fake-outputs.ts';
import { templatesOf } from './templates.ts';

const dev = environmentNamed('dev');

describe('outputs from a file', () => {
  test('are those of the environment, by stack', async () => {
    const { 'rising-stars-dev-edge': _notDeployed, ...deployed } = outputsOf('dev');
    const outputs = await readOutputs(dev, outputsFile({ ...deployed, ...outputsOf('production') }));
    expect(Object.keys(outputs).sort()).toEqual(['cluster', 'data', 'network', 'registry', 'watch']);
    expect(outputs.cluster).toMatchObject({ ClusterName: clusterOf('dev') });
  });

  test.each([
    ['what is no JSON', 'not json'],
    ['a list', '[]'],
    ['outputs that are no strings', { 'rising-stars-dev-network': { VpcId: 1 } }],
  ])('refuses %s', async (_case, content) => {
    await expect(readOutputs(dev, outputsFile(content))).rejects.toThrow('is not what cdk deploy');
  });

  test('says how to make a file that is not there', async () => {
    await expect(readOutputs(dev, '/nowhere.json')).rejects.toThrow('cdk deploy --outputs-file writes it');
  });
});

test('what other tests take for outputs is what the stacks put out', async () => {
  const names = (outputs: object) => Object.keys(outputs).toSorted();
  for (const [stack, { Outputs = {} }] of Object.entries(await templatesOf('production'))) {
    const own = Object.entries(Outputs).filter(([, { Export }]) => !Export);
    expect(names(fakeOutputs[stack] ?? {}), stack).toEqual(names(Object.fromEntries(own)));
  }
});

test('all outputs that are missing are named at once', () => {
  const wanted = { vpcId: 'network.VpcId', host: 'data.Host', bucket: 'data.Bucket' } as const;
  expect(() => pick({ network: { VpcId: 'vpc-0' } }, wanted)).toThrow(/first: data\.Host, data\.Bucket$/);
});

describe('outputs from CloudFormation', () => {
  const described = (stack: string, outputs: Record<string, string>) => {
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    return `*"--stack-name ${stack} "*) /bin/echo '${JSON.stringify({ Stacks: [{ Outputs }] })}' ;;`;
  };
  const { 'rising-stars-dev-edge': _notDeployed, ...deployed } = outputsOf('dev');
  const known = Object.entries(deployed).map(([stack, outputs]) => described(stack, outputs));
  const aws = (otherwise: string) => `case "$* " in\n${known.join('\n')}\n*) ${otherwise} ;;\nesac`;

  test('are asked of each stack in its region; a stack that is not deployed has none', () => {
    const absent = '/bin/echo "Stack with id x does not exist" >&2; exit 254';
    const { status, stdout, calls } = run('addons', ['dev', '--dry-run'], { aws: aws(absent) });
    expect(status).toBe(0);
    expect(stdout).toContain(`clusterName: ${clusterOf('dev')}`);
    expect(calls).toHaveLength(6);
    expect(calls).toContain(
      'aws cloudformation describe-stacks --stack-name rising-stars-dev-network --region us-east-1 --output json',
    );
  });

  test('pass on what the AWS CLI complains of', () => {
    const denied = '/bin/echo "Unable to locate credentials" >&2; exit 253';
    const { status, stderr } = run('addons', ['dev', '--dry-run'], { aws: aws(denied) });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('Unable to locate credentials'),
    });
  });

  test('need the AWS CLI', () => {
    expect(run('addons', ['dev', '--dry-run']).stderr).toBe(
      'addons: the AWS CLI is missing: install version 2, or give --outputs FILE\n',
    );
  });
});
