import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything here that is a bench: it says so by exporting `measure`. */
const helpers = new Set(['run.ts', 'platform.ts', 'median.ts', 'upload-load.ts']);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !helpers.has(file))
  .map((file) => file.replace(/\.ts$/, ''));

const [name = ''] = process.argv.slice(2);
if (!names.includes(name) || !existsSync(join(import.meta.dirname, `${name}.ts`))) {
  process.stderr.write(`Which bench? npm run bench -- ${names.join(' | ')}\n`);
  process.exit(1);
}
const { measure } = (await import(`./${name}.ts`)) as {
  measure: (say: (line: string) => void) => Promise<object>;
};
const result = await measure((line) => process.stdout.write(`${line}\n`));
process.stdout.write(`${JSON.stringify({ bench: name, ...result })}\n`);
