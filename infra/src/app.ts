import { rmSync } from 'node:fs';
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Environment } from './environment.ts';
import { addPlatform, type PlatformOptions } from './platform.ts';

/** An application whose synthesis throws at a finding of cdk-nag that nobody has acknowledged. */
export function openApp(props: AppProps = {}): App {
  const app = new App({
    ...props,
    // Strong: what another stack uses can not be deleted.
    context: { ...flags, '@aws-cdk/core:defaultCrossStackReferences': 'strong' },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** A stack as CloudFormation gets it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: unknown } }>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type has properties of its own.
  readonly Properties: Readonly<Record<string, any>>;
  readonly DeletionPolicy?: string;
}

/** The templates of an environment by the names of their stacks. */
export function synthesise(environment: Environment, options?: PlatformOptions): Record<string, Template> {
  const app = openApp();
  addPlatform(app, environment, options);
  const { stacks, manifest, directory } = app.synth();
  try {
    if (manifest.missing) throw new Error('a template needs something looked up in the account');
    return Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
