import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import type { Templates } from '../checks/templates.ts';
import type { Environment } from '../src/environment.ts';
import { addPlatform } from '../src/platform.ts';

/** The templates of an environment, by the names of its stacks. */
export function synthesise(environment: Environment): Templates {
  const outdir = mkdtempSync(join(tmpdir(), 'anb-cdk-'));
  try {
    const app = new App({
      outdir,
      context: { ...flags, '@aws-cdk/core:defaultCrossStackReferences': 'strong' },
    });
    addPlatform(app, environment);
    return Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template]));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
