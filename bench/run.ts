import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything here that is a bench: it says so by exporting `measure`. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && /^export const measure\b/m.test(read(file)))
  .map((file) => file.replace(/\.ts$/, ''));

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8');
}

const [name = ''] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`Which bench? npm run bench -- ${names.join(' | ')}\n`);
  process.exit(1);
}
const { measure } = (await import(`./${name}.ts`)) as {
  measure: (say: (line: string) => void) => Promise<object>;
};
const result = await measure((line) => process.stdout.write(`${line}\n`));
process.stdout.write(`${JSON.stringify({ bench: name, ...result })}\n`);
