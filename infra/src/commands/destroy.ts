import { createRequire } from 'node:module';
import { join } from 'node:path';
import { aws } from '../aws-cli.ts';
import { runCommand } from '../command.ts';
import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment.ts';
import { type Outputs, readOutputs, type StackName, stackName } from '../outputs.ts';
import { runProgram } from '../run-program.ts';

const CDK = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');

/** What holds nothing: made again, it is as before. */
const WITHOUT_DATA: readonly StackName[] = ['cluster', 'watch'];
/** What holds data, and what that stands on. */
const WITH_DATA: readonly StackName[] = ['data', 'edge', 'network', 'registry'];

await runCommand({
  name: 'destroy',
  usage: `npm run infra:destroy -- ENVIRONMENT [--delete-data ENVIRONMENT] [--dry-run]
  Takes the cluster and the alarms away; database, media, queue, secrets and images stay, with the network they stand in.
  --delete-data   takes everything away, when its value is the environment's name again. The database leaves a last
                  snapshot; media, images and secrets are gone.
  --dry-run       says what it would do
`,
  options: { 'delete-data': { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  run: async (environment, words) => {
    const confirmed = words['delete-data'];
    if (confirmed !== undefined && confirmed !== environment.name) {
      throw new Complaint(`--delete-data ${confirmed} is not ${environment.name}: nothing was done`);
    }
    const run = words['dry-run'] ? async (line: readonly string[]) => say(line) : cdk;
    if (!words['dry-run']) await expectNoLoadBalancer(environment, await readOutputs(environment));

    const named = (stacks: readonly StackName[]) => stacks.map((stack) => stackName(environment, stack));
    await run(['destroy', '--force', ...named(WITHOUT_DATA)]);
    if (!confirmed) {
      console.log(`kept: ${named(WITH_DATA).join(', ')}; --delete-data ${environment.name} takes them too`);
      return;
    }
    const disposable = ['--context', `delete-data=${environment.name}`];
    // Protections off first; nothing else changes.
    await run(['deploy', '--exclusively', '--require-approval', 'never', ...disposable, ...named(['data'])]);
    await run(['destroy', '--force', ...disposable, ...named(WITH_DATA)]);
    if (words['dry-run']) return;
    console.log(
      'gone. The last snapshot of the database, its key and the access logs are kept until somebody deletes them.',
    );
  },
});

/** The chart's load balancer is not the stacks', and the network can not go while it stands. */
async function expectNoLoadBalancer({ name, region }: Environment, { network }: Outputs): Promise<void> {
  if (!network?.VpcId) return;
  const answer = (await aws(region, ['elbv2', 'describe-load-balancers'])) as {
    LoadBalancers: { VpcId: string; LoadBalancerName: string }[];
  };
  const standing = answer.LoadBalancers.filter(({ VpcId }) => VpcId === network.VpcId);
  if (standing.length === 0) return;
  const names = standing.map(({ LoadBalancerName }) => LoadBalancerName).join(', ');
  throw new Complaint(
    `load balancers of ${name} still stand: ${names}. Uninstall the chart first, with --set ingress.deletionProtection=false before:\n` +
      `helm upgrade rising-stars charts/rising-stars --namespace rising-stars --reuse-values --set ingress.deletionProtection=false\n` +
      'helm uninstall rising-stars --namespace rising-stars',
  );
}

function say(line: readonly string[]): void {
  console.log(`+ cdk ${line.join(' ')}`);
}

async function cdk(line: readonly string[]): Promise<void> {
  say(line);
  const isDone = await runProgram(process.execPath, [CDK, ...line], {
    cwd: join(import.meta.dirname, '../..'),
  });
  if (!isDone)
    throw new Complaint(
      `cdk ${line[0]} failed: what it says above must be mended first; this can be run again`,
    );
}
