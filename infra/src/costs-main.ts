import {
  asText,
  capacityLines,
  costTable,
  known,
  rowsOf,
  savingsTable,
  writeDocument,
} from './cost-tables.ts';
import { costs, modes } from './costs.ts';
import { environments } from './environments/index.ts';
import { prices, questions } from './prices.ts';

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const has = (flag: string) => process.argv.includes(`--${flag}`);
const chosen = environments.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.length === 0) {
  console.error(
    `Which environment? npm run infra:costs -- ${environments.map(({ name }) => name).join(' | ')}`,
  );
  process.exit(1);
}

if (has('check')) console.log(questions(prices).join('\n'));
else if (has('markdown')) writeDocument(environments);
else if (has('json'))
  console.log(
    JSON.stringify(
      Object.fromEntries(
        chosen.map((environment) => [
          environment.name,
          Object.fromEntries(modes.map((mode) => [mode, costs(environment, mode, known(environment))])),
        ]),
      ),
    ),
  );
else
  for (const environment of chosen) {
    console.log(`${asText(costTable(environment))}\n`);
    const night = rowsOf(environment, known(environment)).reduce(
      (sum, { monthly }) => sum + monthly.final - monthly.normal,
      0,
    );
    console.log(`US dollars a month. The night of the final adds ${Math.round(night)}.`);
    console.log(`${capacityLines(environment).join('\n')}\n\n${asText(savingsTable(environment))}\n`);
  }
