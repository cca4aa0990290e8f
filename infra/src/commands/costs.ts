import { parseArgs } from 'node:util';
import { orComplain } from '../complaint.ts';
import { asText, capacityLines, costSection, costTable, known, savingsTable } from '../costs/cost-tables.ts';
import { costs, modes, totalOf } from '../costs/costs.ts';
import { prices, questions } from '../costs/prices.ts';
import { writeDocument } from '../document.ts';
import type { Environment } from '../environment.ts';
import { environmentNamed, environments } from '../environments/index.ts';

const flag = { type: 'boolean' } as const;

/** Prints what each environment costs a month, or the one that is named. */
function main(): void {
  const { values, positionals } = parseArgs({
    options: { json: flag, markdown: flag, check: flag },
    allowPositionals: true,
  });
  const chosen = positionals.length > 0 ? positionals.map(environmentNamed) : environments;
  if (values.check) console.log(questions(prices).join('\n'));
  else if (values.markdown) writeDocument('costs', costSection(environments));
  else if (values.json) console.log(JSON.stringify(Object.fromEntries(chosen.map(linesOf))));
  else for (const environment of chosen) print(environment);
}

const linesOf = (environment: Environment) => [
  environment.name,
  Object.fromEntries(modes.map((mode) => [mode, costs(environment, mode, known(environment))])),
];

function print(environment: Environment): void {
  const total = (mode: 'normal' | 'final') => totalOf(costs(environment, mode, known(environment)));
  const night = Math.round(total('final') - total('normal'));
  console.log(`${asText(costTable(environment))}\n`);
  console.log(`US dollars a month. The night of the final adds ${night}.`);
  console.log(`${capacityLines(environment).join('\n')}\n\n${asText(savingsTable(environment))}\n`);
}

await orComplain(main);
