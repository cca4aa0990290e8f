import { aws } from '../aws-cli.ts';
import { runCommand } from '../command.ts';
import { Complaint } from '../complaint.ts';
import { pick, readOutputs } from '../outputs.ts';
import { runProgram } from '../run-program.ts';

await runCommand({
  name: 'tunnel',
  usage: `npm run infra:tunnel -- ENVIRONMENT [--port PORT] [--outputs FILE]
  Lets kubectl and Helm reach the cluster's API server, which is not on the internet: through a node, by Session Manager,
  for as long as this runs. Makes the cluster kubectl's present context.
  --port      of this machine, 8443 when not given
  --outputs   what cdk deploy --outputs-file has written; CloudFormation is asked without it
`,
  options: { port: { type: 'string', default: '8443' }, outputs: { type: 'string' } },
  run: async (environment, { port, outputs }) => {
    const cluster = pick(await readOutputs(environment, outputs), {
      region: 'cluster.Region',
      name: 'cluster.ClusterName',
      arn: 'cluster.ClusterArn',
      endpoint: 'cluster.ClusterEndpoint',
    });
    const host = cluster.endpoint.replace('https://', '');
    const node = await someNode(cluster);
    const region = ['--region', cluster.region];
    await run('aws', ['eks', 'update-kubeconfig', '--name', cluster.name, ...region]);
    const server = [`--server=https://127.0.0.1:${port}`, `--tls-server-name=${host}`];
    await run('kubectl', ['config', 'set-cluster', cluster.arn, ...server]);
    console.log(`ready: kubectl and Helm reach ${cluster.name} through ${node} until this ends (Ctrl+C)`);
    const parameters = JSON.stringify({ host: [host], portNumber: ['443'], localPortNumber: [port] });
    const document = [
      '--document-name',
      'AWS-StartPortForwardingSessionToRemoteHost',
      '--parameters',
      parameters,
    ];
    await run('aws', ['ssm', 'start-session', '--target', node, ...document, ...region]);
  },
});

async function someNode({ name, region }: { name: string; region: string }): Promise<string> {
  const filters = [
    `Name=tag:eks:cluster-name,Values=${name}`,
    // Not one of Spot's, which may go at any moment.
    'Name=tag:eks:nodegroup-name,Values=web',
    'Name=instance-state-name,Values=running',
  ];
  const answer = (await aws(region, ['ec2', 'describe-instances', '--filters', ...filters])) as {
    Reservations: { Instances: { InstanceId: string }[] }[];
  };
  const node = answer.Reservations[0]?.Instances[0]?.InstanceId;
  if (!node) throw new Complaint(`${name} has no running node to go through`);
  return node;
}

async function run(program: string, words: readonly string[]): Promise<void> {
  if (!(await runProgram(program, words)))
    throw new Complaint(`${program} ${words.slice(0, 2).join(' ')} failed; what it says stands above`);
}
