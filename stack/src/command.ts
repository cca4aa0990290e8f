import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refuse, runBeside } from './beside.ts';

// npm run videos -- audit: a command of a service against the stack that runs on DATA_DIR.
const [service = '', command = '', ...words] = process.argv.slice(2);
const folder = fileURLToPath(new URL(`../../services/${service}/src/commands/`, import.meta.url));
const known = readdirSync(folder)
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'command');

if (!known.includes(command)) refuse(`npm run ${service} -- COMMAND, which is one of: ${known.join(', ')}`);
runBeside(service, `${folder}${command}.ts`, words);
