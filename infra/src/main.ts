import { openApp } from './app.ts';
import { checked, examplesIn } from './checked.ts';
import { orComplain } from './complaint.ts';
import { environments } from './environments/index.ts';
import { addPlatform } from './platform.ts';

const { CDK_OUTDIR: outdir } = process.env;

function main(): void {
  const app = openApp({ outdir: outdir ?? 'cdk.out' });
  // The name of an environment whose data may be deleted: `npm run infra:destroy` says it.
  const disposable = app.node.tryGetContext('delete-data');
  for (const environment of checked(environments)) {
    addPlatform(app, environment, { isDisposable: environment.name === disposable });
  }
  const { stacks } = app.synth();
  // The CDK's own command has a report of its own.
  if (outdir) return;
  console.log(`wrote ${stacks.length} stacks into infra/cdk.out:\n${stacks.map(({ id }) => id).join('\n')}`);
  for (const environment of environments) {
    const fields = examplesIn(environment).join(', ');
    if (fields)
      console.log(`${environment.name} can not be deployed as it is, examples are still: ${fields}`);
  }
}

await orComplain(main);
