import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { chartValues } from '../chart-values.ts';
import { runCommand } from '../command.ts';
import { readOutputs } from '../outputs.ts';

await runCommand({
  name: 'values',
  usage: `npm run infra:values -- ENVIRONMENT [--to FILE] [--outputs FILE]
  Writes the values that the chart is installed with, from what the stacks of an environment have put out.
  --to        where to, ENVIRONMENT-values.yaml when not given
  --outputs   what cdk deploy --outputs-file has written; CloudFormation is asked without it
`,
  options: { to: { type: 'string' }, outputs: { type: 'string' } },
  run: async (environment, { to = `${environment.name}-values.yaml`, outputs }) => {
    const values = chartValues(environment, await readOutputs(environment, outputs));
    const head = `# ${environment.name}, from its stacks' outputs: npm run infra:values -- ${environment.name}\n`;
    await writeFile(to, head + stringify(values, { lineWidth: 0 }));
    console.log(
      `wrote ${to}; what you want otherwise goes into a file of your own after it:\n` +
        `helm upgrade --install rising-stars charts/rising-stars --namespace rising-stars --values ${to} --timeout 20m`,
    );
  },
});
