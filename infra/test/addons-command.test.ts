import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findHelm } from '../../k8s/checks/helm.ts';
import { steps } from '../src/addons.ts';
import { environments } from '../src/environments/index.ts';
import { commandsOf } from '../src/install-addons.ts';
import { clusterOf, contextOf, outputsFile, outputsOf, run } from './command.ts';

const outputs = (environment: string) => ['--outputs', outputsFile(outputsOf(environment))];
/** A Helm that takes everything, and a kubectl that speaks to the cluster. */
const willing = (environment: string, helm = 'exit 0') => ({
  helm,
  kubectl: `[ "$1" = config ] && /bin/echo ${contextOf(environment)}; exit 0`,
});

describe.each(environments.map(({ name }) => [name]))('a rehearsal for %s', (name) => {
  const { status, stdout, stderr } = run('addons', [name, '--dry-run', ...outputs(name)]);

  test('needs no Helm and no kubectl', () => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('names every step, its commands and its files', () => {
    for (const step of steps) expect(stdout).toContain(`--- ${step.name}.yaml`);
    for (const step of steps.filter(({ kind }) => kind === 'chart'))
      expect(stdout).toContain(`+ helm upgrade --install ${step.name} `);
  });

  test("fills in what the stacks have put out, and no other environment's", () => {
    const [, file = ''] = stdout.split('--- aws-load-balancer-controller.yaml\n');
    const values = parse(file.split('\n\n')[0] ?? '');
    expect(values).toMatchObject({
      clusterName: clusterOf(name),
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      region: 'us-east-1',
    });
    expect(stdout).toMatch(new RegExp(`topic_arn: arn:aws:sns:us-east-1:\\d+:${clusterOf(name)}-alarms\n`));
    for (const other of environments.filter((environment) => environment.name !== name))
      expect(stdout).not.toContain(clusterOf(other.name));
  });
});

describe('an installation', () => {
  test('goes step by step, against the cluster alone, and waits for each', () => {
    const { status, calls, stdout } = run('addons', ['dev', ...outputs('dev')], willing('dev'));
    expect(status).toBe(0);
    const [version, current, ...work] = calls;
    expect([version, current]).toEqual(['helm version --short', 'kubectl config current-context']);
    expect(work.map(subject)).toEqual([
      'kubectl apply ground',
      'helm prometheus-operator-crds',
      'helm aws-load-balancer-controller',
      'helm cluster-autoscaler',
      'helm external-secrets',
      'kubectl apply secrets',
      'kubectl wait clustersecretstore/aws-secrets-manager',
      'helm keda',
      'helm kube-prometheus-stack',
    ]);
    for (const call of work) expect(call).toMatch(new RegExp(`--(kube-)?context ${contextOf('dev')}$`));
    expect(stdout).toContain('== 7/8 keda 2.21.0');
  });

  test('gives Helm the repository, the exact version, the namespace and a file', () => {
    const show = 'while [ $# -gt 0 ]; do [ "$1" = --values ] && /bin/cat "$2"; shift; done';
    const { calls, stdout } = run('addons', ['dev', ...outputs('dev')], willing('dev', show));
    const keda = calls.find((call) => call.startsWith('helm upgrade --install keda '));
    expect(keda).toContain(
      'keda keda --repo https://kedacore.github.io/charts --version 2.21.0 --namespace keda --create-namespace --values ',
    );
    expect(keda).toContain(' --wait --timeout 10m ');
    expect(stdout).toContain(`clusterName: ${clusterOf('dev')}`);
  });

  test('leaves no file behind', () => {
    const { folder } = run('addons', ['dev', ...outputs('dev')], willing('dev'));
    expect(readdirSync(folder).sort()).toEqual(['calls', 'helm', 'kubectl']);
  });

  test('ends at the step that fails, and says what to do', () => {
    const failing = '[ "$3" = external-secrets ] && { /bin/echo "Error: timed out" >&2; exit 1; }; exit 0';
    const { status, stderr, calls, folder } = run(
      'addons',
      ['dev', ...outputs('dev')],
      willing('dev', failing),
    );
    expect(status).toBe(1);
    expect(subject(calls.at(-1) ?? '')).toBe('helm external-secrets');
    expect(stderr).toBe(
      'Error: timed out\naddons: external-secrets failed (helm ended with 1). Nothing after it was begun; mend it and give the same command again.\n',
    );
    expect(readdirSync(folder).sort()).toEqual(['calls', 'helm', 'kubectl']);
  });

  test('does not touch another cluster', () => {
    const { status, stderr, calls } = run('addons', ['dev', ...outputs('dev')], willing('production'));
    expect(status).toBe(1);
    expect(calls).toHaveLength(2);
    expect(stderr).toBe(
      `addons: kubectl speaks to ${contextOf('production')}, not to ${contextOf('dev')}: npm run infra:tunnel -- ENVIRONMENT in another terminal\n`,
    );
  });
});

/** What a call is about: its verb, and its release or file. */
function subject(call: string): string {
  const words = call.split(' ');
  if (words[0] === 'helm') return `helm ${words[3]}`;
  const file = /--filename \S*?([\w-]+)\.yaml/.exec(call)?.[1];
  return `kubectl ${words[1]} ${file ?? words[2]}`;
}

describe('what is missing', () => {
  const { kubectl } = willing('dev');

  test.each([
    ['no environment', [], {}, 'npm run infra:addons -- ENVIRONMENT'],
    ['an unknown environment', ['nowhere'], {}, 'name an environment: dev, production'],
    ['an unknown word', ['dev', '--force'], {}, "Unknown option '--force'"],
    ['no Helm', ['dev', ...['--outputs', 'FILE']], { kubectl }, 'helm is missing: install Helm 3.17 or 4'],
    ['no kubectl', ['dev', ...['--outputs', 'FILE']], { helm: 'exit 0' }, 'kubectl is missing: install it'],
    [
      'no context',
      ['dev', ...['--outputs', 'FILE']],
      { helm: 'exit 0', kubectl: 'exit 1' },
      'ended with 1: npm run infra:tunnel',
    ],
  ])('%s is told, and nothing is done', (_case, words, stubs, says) => {
    const file = outputsFile(outputsOf('dev'));
    const { status, stderr, calls } = run(
      'addons',
      words.map((word) => (word === 'FILE' ? file : word)),
      stubs,
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(says) });
    expect(calls.filter((call) => /upgrade|apply/.test(call))).toEqual([]);
  });

  test('outputs of stacks that are not deployed are named', () => {
    const { 'rising-stars-dev-watch': _, ...rest } = outputsOf('dev');
    const { stderr } = run('addons', ['dev', '--dry-run', '--outputs', outputsFile(rest)]);
    expect(stderr).toBe('addons: these outputs are missing, deploy their stacks first: watch.AlarmTopic\n');
  });
});

test.each(Object.entries(await findHelm()))('%s knows every word that it is given', (_name, helm) => {
  const chart = steps.find(({ kind }) => kind === 'chart');
  const [[, ...words] = []] = chart ? commandsOf(chart, '/dev/null', 'nowhere') : [];
  const env = { HOME: '/nonexistent', KUBECONFIG: '/dev/null' };
  const { status, stderr } = spawnSync(helm, words, { encoding: 'utf8', env });
  expect(status).toBe(1);
  expect(stderr).toMatch(/context "nowhere" does not exist|cluster unreachable/);
});
