import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
}

const folder = new URL('../../services/portal/dist/client/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder));
const gzipped = (file: string) => gzipSync(read(file), { level: 9 }).length;
const isIsland = (name: string) => name.startsWith('src/islands/');

/**
 * What the portal's build weighs, in bytes as gzip sends them.
 */
export function weigh() {
  const chunks = JSON.parse(String(read('manifest.json'))) as Record<string, Chunk>;
  const entry = Object.keys(chunks).find((name) => chunks[name]?.isEntry && name.endsWith('.ts')) ?? '';
  const style = Object.values(chunks).find(({ src }) => src === 'src/styles/main.css');

  /** A chunk and all that it can ever load; other islands are loaded only by pages that have them. */
  function reach(name: string, seen = new Set<string>()): Set<string> {
    if (seen.has(name)) return seen;
    seen.add(name);
    const { imports = [], dynamicImports = [] } = chunks[name] ?? {};
    const more = [...imports, ...dynamicImports.filter((other) => !isIsland(other))];
    for (const other of more) reach(other, seen);
    return seen;
  }

  return {
    style: style ? gzipped(style.file) : Number.NaN,
    /** Of all scripts that a page with these islands can ever load. */
    scripts: (islands: readonly string[]): number => {
      const names = new Set(
        [entry, ...islands.map((name) => `src/islands/${name}.tsx`)].flatMap((name) => [...reach(name)]),
      );
      const files = new Set(
        [...names].map((name) => chunks[name]?.file ?? '').filter((file) => file.endsWith('.js')),
      );
      return [...files].reduce((sum, file) => sum + gzipped(file), 0);
    },
  };
}
