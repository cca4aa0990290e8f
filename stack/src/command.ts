import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.ts';
import { runningStack } from './data-dir.ts';
import { readEnvironment } from './environment.ts';

// npm run videos -- audit: a command of a service against the stack that runs on DATA_DIR.
const [service = '', command = '', ...words] = process.argv.slice(2);
const folder = fileURLToPath(new URL(`../../services/${service}/src/commands/`, import.meta.url));
const known = readdirSync(folder)
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'command');

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

if (!known.includes(command)) refuse(`npm run ${service} -- COMMAND, which is one of: ${known.join(', ')}`);
const { DATA_DIR } = readConfig();
if (!runningStack(DATA_DIR)) refuse(`No stack runs on ${DATA_DIR}: npm start, with the same DATA_DIR.`);

// As for the stack's programs: no AWS account of this shell can slip in.
const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
const { status } = spawnSync(process.execPath, [`${folder}${command}.ts`, ...words], {
  env: { ...Object.fromEntries(ours), ...readEnvironment(DATA_DIR, service) },
  stdio: 'inherit',
});
process.exit(status ?? 1);
