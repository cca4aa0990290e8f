import { openApp } from './app.ts';
import { environments } from './environments/index.ts';
import { addPlatform } from './platform.ts';

const app = openApp();
// The name of an environment whose data may be deleted: `npm run infra:destroy` says it.
const disposable = app.node.tryGetContext('delete-data');
for (const environment of environments) {
  addPlatform(app, environment, { isDisposable: environment.name === disposable });
}
app.synth();
