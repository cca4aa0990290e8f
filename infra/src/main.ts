import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { environments } from './environments/index.ts';
import { addPlatform } from './platform.ts';

const app = new App({
  // Strong: what another stack uses can not be deleted.
  context: { ...flags, '@aws-cdk/core:defaultCrossStackReferences': 'strong' },
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (const environment of environments) addPlatform(app, environment);
app.synth();
