import { openApp } from './app.ts';
import { environments } from './environments/index.ts';
import { addPlatform } from './platform.ts';

const { CDK_OUTDIR: outdir } = process.env;
const app = openApp({ outdir: outdir ?? 'cdk.out' });
// The name of an environment whose data may be deleted: `npm run infra:destroy` says it.
const disposable = app.node.tryGetContext('delete-data');
for (const environment of environments) {
  addPlatform(app, environment, { isDisposable: environment.name === disposable });
}
const { stacks } = app.synth();
// The CDK's own command has a report of its own.
if (!outdir)
  console.log(`wrote ${stacks.length} stacks into infra/cdk.out:\n${stacks.map(({ id }) => id).join('\n')}`);
