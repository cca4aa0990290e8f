import { placeOf } from '../addons.ts';
import { runCommand } from '../command.ts';
import { install, rehearse } from '../install-addons.ts';
import { readOutputs } from '../outputs.ts';

await runCommand({
  name: 'addons',
  usage: `npm run infra:addons -- ENVIRONMENT [--dry-run] [--outputs FILE]
  Installs what the cluster of an environment needs, or brings it to the versions and values of this repository.
  --dry-run   prints the commands and the files that they read, and does nothing
  --outputs   what cdk deploy --outputs-file has written; CloudFormation is asked without it
`,
  options: { 'dry-run': { type: 'boolean', default: false }, outputs: { type: 'string' } },
  run: async (environment, { 'dry-run': isRehearsal, outputs }) => {
    const place = placeOf(environment, await readOutputs(environment, outputs));
    await (isRehearsal ? rehearse : install)(place);
  },
});
