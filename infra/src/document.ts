import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../../docs/infrastructure.md', import.meta.url));

/** docs/infrastructure.md as it is, and as it should be with this between `<!-- name -->` and `<!-- /name -->`. */
export function documentWith(name: string, content: string): { is: string; should: string } {
  const is = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, after] = [is.indexOf(begin), is.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${DOCUMENT} lacks ${begin} or ${end}`);
  return { is, should: `${is.slice(0, before)}${begin}\n\n${content}\n\n${is.slice(after)}` };
}

export const writeDocument = (name: string, content: string) =>
  writeFileSync(DOCUMENT, documentWith(name, content).should);
