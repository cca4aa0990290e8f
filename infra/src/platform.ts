import { type App, Tags } from 'aws-cdk-lib';
import { checked } from './checked.ts';
import { ClusterStack } from './cluster-stack.ts';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import type { Environment } from './environment.ts';
import { NetworkStack } from './network-stack.ts';
import { type StackName, stackName } from './outputs.ts';
import { RegistryStack } from './registry-stack.ts';
import { WatchStack } from './watch-stack.ts';

export interface PlatformOptions {
  /** May database and bucket be deleted with their stack? */
  readonly isDisposable?: boolean;
}

/** What an environment consists of; each stack takes what it needs of those above it. */
export function addPlatform(
  app: App,
  environment: Environment,
  { isDisposable = false }: PlatformOptions = {},
) {
  checked([environment]);
  const { account, region } = environment;
  const name = (stack: StackName) => stackName(environment, stack);
  const env = { ...(account && { account }), region };

  const registry = new RegistryStack(app, name('registry'), environment, { env });
  const network = new NetworkStack(app, name('network'), environment, { env });
  const edge = new EdgeStack(app, name('edge'), environment, { env });
  const data = new DataStack(app, name('data'), environment, {
    env,
    vpc: network.vpc,
    logBucket: network.logBucket,
    mediaCertificate: edge.mediaCertificate,
    isDisposable,
  });
  const watch = new WatchStack(app, name('watch'), environment, { env, network, edge, data });
  const cluster = new ClusterStack(app, name('cluster'), environment, {
    env,
    vpc: network.vpc,
    data,
    edge,
    watch,
    deployRole: registry.deployRole,
  });
  const stacks = { registry, network, edge, data, watch, cluster };
  for (const stack of Object.values(stacks)) {
    Tags.of(stack).add('application', 'rising-stars');
    Tags.of(stack).add('environment', environment.name);
  }
  return stacks;
}
