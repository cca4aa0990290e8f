import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Encoding } from '@anb/service-kit/accept-encoding';

interface Chunk {
  file: string;
  name?: string;
  imports?: string[];
  css?: string[];
}

export interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  encoded: Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>;
}

/** What browsers load, as build.ts has made it. */
export interface Assets {
  /** Stands inline in every page: one request less before anything is seen. */
  style: string;
  /** The address of the script of every page, and of what it imports. */
  scripts: readonly string[];
  /** The addresses of the display font, the icon and the picture that previews show. */
  font: string;
  icon: string;
  preview: string;
  /** The addresses of an island's script and of what it imports, the page's own left out. */
  island: (name: string) => readonly string[];
  /** By its name below /assets/. */
  file: (name: string) => Asset | undefined;
}

const ENTRY = 'src/client/main.ts';
const STYLE = 'src/styles/main.css';

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  woff2: 'font/woff2',
};
const compressible = new Set(['js', 'css', 'svg']);

/** Reads all of them into memory: 300 kB. */
export function readAssets(folder: URL): Assets {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Record<
    string,
    Chunk
  >;
  const chunk = (name: string): Chunk => {
    const found = manifest[name];
    if (!found) throw new Error(`the build has no ${name}`);
    return found;
  };
  const files = new Map(
    readdirSync(new URL('assets/', folder)).map((name) => [
      name,
      readAsset(new URL(`assets/${name}`, folder)),
    ]),
  );
  const withImports = (name: string): string[] => {
    const { file, imports = [] } = chunk(name);
    return [...new Set([`/${file}`, ...imports.flatMap(withImports)])];
  };
  const scripts = withImports(ENTRY);
  const asset = (name: string) => `/${chunk(name).file}`;
  const font = [...files.keys()].find((name) => name.endsWith('.woff2'));
  return {
    style: readFileSync(new URL(chunk(STYLE).file, folder), 'utf8').trim(),
    scripts,
    font: `/assets/${font}`,
    icon: asset('src/art/icon.svg'),
    preview: asset('src/art/preview.png'),
    island: (name) => withImports(`src/islands/${name}.tsx`).filter((file) => !scripts.includes(file)),
    file: (name) => files.get(name),
  };
}

function readAsset(url: URL): Asset {
  const extension = url.pathname.split('.').at(-1) ?? '';
  const body = new Uint8Array(readFileSync(url));
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    type: types[extension] ?? 'application/octet-stream',
    body,
    encoded: compressible.has(extension)
      ? {
          br: new Uint8Array(brotliCompressSync(body, { params })),
          gzip: new Uint8Array(gzipSync(body, { level: 9 })),
        }
      : {},
  };
}
