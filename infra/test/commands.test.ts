import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { smtpPassword } from '../src/smtp-password.ts';
import { outputsFile, outputsOf, run } from './command.ts';

const outputs = ['--outputs', outputsFile(outputsOf('production'))];
const ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Secrets Manager as the AWS CLI shows it: what it holds, by a part of the secret's name, and what it is given. */
const secretsManager = (held: Record<string, string>) => ({
  aws: `case "$1 $2" in
  "secretsmanager get-secret-value") case "$4" in
${Object.entries(held)
  .map(([name, value]) => `    *${name}*) /bin/echo '${JSON.stringify({ SecretString: value })}';;`)
  .join('\n')}
    *) /bin/echo "An error occurred (ResourceNotFoundException): Secrets Manager can't find the specified secret value" >&2; exit 254;;
  esac;;
  "secretsmanager put-secret-value") /bin/cat > "$TMPDIR/\${4##*/}"; /bin/echo '{}';;
esac`,
});

describe('npm run infra:secrets', () => {
  test('makes a key that signs tokens and the password of the mail server, and shows neither', async () => {
    const { status, stdout, calls, read } = run(
      'secrets',
      ['production', ...outputs],
      secretsManager({ 'smtp-access-key': ACCESS_KEY }),
    );
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'signing key: made\nmail: password written\n',
    });
    const { 'signing-key.pem': pem } = JSON.parse(read('signing-key-AbCdEf'));
    expect(createPrivateKey(pem).asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    const { password } = JSON.parse(read('smtp-AbCdEf'));
    expect(password).toBe(smtpPassword(ACCESS_KEY, 'us-east-1'));
    // Arguments are everybody's to read.
    expect(calls.join()).not.toContain(password);
    expect(calls.join()).not.toContain('PRIVATE KEY');
  });

  test('leaves what is right as it is', () => {
    const { status, stdout, calls } = run(
      'secrets',
      ['production', ...outputs],
      secretsManager({
        'signing-key': '{"signing-key.pem":"…"}',
        'smtp-access-key': ACCESS_KEY,
        'smtp-AbCdEf': JSON.stringify({ password: smtpPassword(ACCESS_KEY, 'us-east-1') }),
      }),
    );
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'signing key: there is one, nothing done\nmail: the password is right, nothing done\n',
    });
    expect(calls.filter((call) => call.includes('put-secret-value'))).toEqual([]);
  });

  test('writes the password anew when the access key is another one', () => {
    const { read } = run(
      'secrets',
      ['production', ...outputs],
      secretsManager({
        'signing-key': '{}',
        'smtp-access-key': ACCESS_KEY,
        'smtp-AbCdEf': '{"password":"of the old one"}',
      }),
    );
    expect(JSON.parse(read('smtp-AbCdEf')).password).toBe(smtpPassword(ACCESS_KEY, 'us-east-1'));
  });

  test('says what AWS says when that refuses, and what is missing', () => {
    const refusing = { aws: '/bin/echo "An error occurred (AccessDeniedException): not you" >&2; exit 254' };
    const refused = run('secrets', ['production', ...outputs], refusing);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('AccessDeniedException') });
    const without = run('secrets', ['production', ...outputs]);
    expect(without).toMatchObject({
      status: 1,
      stderr: 'secrets: the AWS CLI is missing: install version 2\n',
    });
  });
});

// From hashicorp/terraform-provider-aws, where they are known to open SES.
test.each([
  ['eu-central-1', 'some+secret+key', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
  ['us-west-1', 'another+secret+key', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
])('a mail password in %s is what SES expects', (region, key, password) => {
  expect(smtpPassword(key, region)).toBe(password);
});

describe('npm run infra:destroy', () => {
  const standing = (VpcId: string) => ({
    aws: `case "$1" in
  cloudformation) /bin/echo '${JSON.stringify({
    Stacks: [{ Outputs: [{ OutputKey: 'VpcId', OutputValue: 'vpc-0a1b2c3d4e5f60718' }] }],
  })}';;
  elbv2) /bin/echo '${JSON.stringify({ LoadBalancers: [{ VpcId, LoadBalancerName: 'k8s-rising' }] })}';;
esac`,
  });

  test('takes away what holds nothing, and says what it keeps', () => {
    const { status, stdout } = run('destroy', ['production', '--dry-run']);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '+ cdk destroy --force rising-stars-production-cluster rising-stars-production-watch',
      'kept: rising-stars-production-data, rising-stars-production-edge, rising-stars-production-network, rising-stars-production-registry; --delete-data production takes them too',
      '',
    ]);
  });

  test('takes data away for who names the environment twice, protections first', () => {
    const { stdout } = run('destroy', ['dev', '--delete-data', 'dev', '--dry-run']);
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      '+ cdk deploy --exclusively --require-approval never --context delete-data=dev rising-stars-dev-data',
      '+ cdk destroy --force --context delete-data=dev rising-stars-dev-data rising-stars-dev-edge rising-stars-dev-network rising-stars-dev-registry',
    ]);
    expect(stdout).not.toContain('gone');
  });

  test('does nothing at all when the two names differ', () => {
    expect(run('destroy', ['production', '--delete-data', 'dev'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'destroy: --delete-data dev is not production: nothing was done\n',
    });
  });

  test('does nothing while a load balancer stands in the network', () => {
    const { status, stdout, stderr } = run('destroy', ['production'], standing('vpc-0a1b2c3d4e5f60718'));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('load balancers of production still stand: k8s-rising');
    expect(stderr).toContain('helm uninstall rising-stars');
  });
});

describe('npm run infra:tunnel', () => {
  const nodes = (ids: string[]) =>
    JSON.stringify({ Reservations: ids.map((InstanceId) => ({ Instances: [{ InstanceId }] })) });
  const stubs = (ids: string[]) => ({
    aws: `[ "$1" = ec2 ] && /bin/echo '${nodes(ids)}'; exit 0`,
    kubectl: 'exit 0',
  });

  test('points kubectl at this end of a session with a node', () => {
    const { status, calls } = run(
      'tunnel',
      ['production', '--port', '9443', ...outputs],
      stubs(['i-1', 'i-2']),
    );
    expect(status).toBe(0);
    const [search, login, cluster, session] = calls;
    expect(search).toContain(
      '--filters Name=tag:eks:cluster-name,Values=rising-stars-production Name=tag:eks:nodegroup-name,Values=web Name=instance-state-name,Values=running',
    );
    expect(login).toBe('aws eks update-kubeconfig --name rising-stars-production --region us-east-1');
    expect(cluster).toBe(
      'kubectl config set-cluster arn:aws:eks:us-east-1:210987654321:cluster/rising-stars-production ' +
        '--server=https://127.0.0.1:9443 --tls-server-name=0A1B2C3D4E5F.gr7.us-east-1.eks.amazonaws.com',
    );
    expect(session).toBe(
      'aws ssm start-session --target i-1 --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters ' +
        '{"host":["0A1B2C3D4E5F.gr7.us-east-1.eks.amazonaws.com"],"portNumber":["443"],"localPortNumber":["9443"]} --region us-east-1',
    );
  });

  test('says so when there is no node', () => {
    expect(run('tunnel', ['production', ...outputs], stubs([]))).toMatchObject({
      status: 1,
      stderr: 'tunnel: rising-stars-production has no running node to go through\n',
    });
  });
});

test.each(['values', 'secrets', 'destroy', 'tunnel', 'addons'])('infra:%s says how it is used', (name) => {
  const { status, stderr } = run(name, []);
  expect(status).toBe(1);
  expect(stderr).toContain(`npm run infra:${name} -- ENVIRONMENT`);
  expect(run(name, ['nowhere']).stderr).toContain(`${name}: name an environment: dev, production`);
});
