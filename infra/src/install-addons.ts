import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Place } from './addons/addon.ts';
import { steps } from './addons.ts';
import { Complaint } from './complaint.ts';

type Step = (typeof steps)[number];

/** Says what an installation would do; needs neither Helm nor a cluster. */
export async function rehearse(place: Place): Promise<void> {
  for (const step of steps) {
    announce(step);
    const file = `${step.name}.yaml`;
    for (const command of commandsOf(step, file, 'CONTEXT')) console.log(`+ ${command.join(' ')}`);
    console.log(`--- ${file}\n${contentOf(step, place)}`);
  }
}

/** Step by step; what is there already is brought to the same state, so a repetition is harmless. */
export async function install(place: Place): Promise<void> {
  const context = contextOf(place);
  const folder = await mkdtemp(join(tmpdir(), 'rising-stars-addons-'));
  try {
    for (const step of steps) {
      announce(step);
      const file = join(folder, `${step.name}.yaml`);
      await writeFile(file, contentOf(step, place));
      for (const command of commandsOf(step, file, context)) run(step, command);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function announce(step: Step) {
  const number = `${steps.indexOf(step) + 1}/${steps.length}`;
  const version = step.kind === 'chart' ? ` ${step.version}` : '';
  console.log(`\n== ${number} ${step.name}${version}: ${step.why}`);
}

const contentOf = (step: Step, place: Place) =>
  step.kind === 'chart'
    ? stringify(step.values(place), { aliasDuplicateObjects: false })
    : step
        .objects(place)
        .map((object) => stringify(object, { aliasDuplicateObjects: false }))
        .join('---\n');

/** Every command names its context: what kubectl points at may change while they run. */
export function commandsOf(step: Step, file: string, context: string): string[][] {
  if (step.kind === 'chart') {
    const { name, chart, repository, version, namespace } = step;
    const what = ['--repo', repository, '--version', version, '--namespace', namespace, '--create-namespace'];
    const how = ['--values', file, '--wait', '--timeout', '10m', '--kube-context', context];
    return [['helm', 'upgrade', '--install', name, chart, ...what, ...how]];
  }
  const apply = ['kubectl', 'apply', '--filename', file, '--context', context];
  if (!step.ready) return [apply];
  const wait = ['kubectl', 'wait', step.ready, '--for=condition=Ready', '--timeout=2m', '--context', context];
  return [apply, wait];
}

function run(step: Step, [program = '', ...words]: string[]) {
  console.log(`+ ${[program, ...words].join(' ')}`);
  const { status, error } = spawnSync(program, words, { stdio: 'inherit' });
  if (status === 0) return;
  const why = error ? error.message : `${program} ended with ${status}`;
  throw new Complaint(
    `${step.name} failed (${why}). Nothing after it was begun; mend it and give the same command again.`,
  );
}

/** The context that kubectl uses, if it is that of the cluster of the outputs. */
function contextOf({ clusterArn }: Place): string {
  ask('helm', ['version', '--short'], 'helm is missing: install Helm 3.17 or 4');
  const mend = 'npm run infra:tunnel -- ENVIRONMENT in another terminal';
  const context = ask('kubectl', ['config', 'current-context'], 'kubectl is missing: install it', mend);
  if (context === clusterArn) return context;
  throw new Complaint(`kubectl speaks to ${context}, not to ${clusterArn}: ${mend}`);
}

function ask(
  program: string,
  words: string[],
  missing: string,
  otherwise = `${program} does not work`,
): string {
  const { status, stdout, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (error) throw new Complaint(missing);
  if (status !== 0) throw new Complaint(`${program} ${words.join(' ')} ended with ${status}: ${otherwise}`);
  return stdout.trim();
}
