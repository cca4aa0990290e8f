import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';

/**
 * Makes dist/: what browsers load (client/, with hashed names), and the program (server/main.js). Does nothing where
 * dist/ is of these sources already. With --watch it goes on for as long as files change.
 */

const root = import.meta.dirname;
const dist = join(root, 'dist');
const STAMP = 'sources.sha256';
const isWatching = process.argv.includes('--watch');

const common = (outDir: string): InlineConfig => ({
  root,
  configFile: false,
  publicDir: false,
  logLevel: isWatching ? 'info' : 'warn',
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir, emptyOutDir: true, ...(isWatching && { watch: {} }) },
});

/** Small ones too are files: what stands inline a strict content policy would not load. */
const client = (outDir: string): InlineConfig => {
  const config = common(join(outDir, 'client'));
  return {
    ...config,
    build: {
      ...config.build,
      target: 'es2022',
      manifest: 'manifest.json',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: ['src/client/main.ts', 'src/styles/main.css'] },
    },
  };
};

/** Of the portal's own files only; the packages stay where they are. */
const server = (outDir: string): InlineConfig => {
  const config = common(join(outDir, 'server'));
  return {
    ...config,
    build: {
      ...config.build,
      ssr: 'src/main.ts',
      target: 'node24',
      rolldownOptions: { external: /^(@anb\/|node:)/ },
    },
    ssr: { external: true },
  };
};

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of globSync(['src/**/*.*', 'build.ts', 'package.json'], { cwd: root }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

if (isWatching) {
  await Promise.all([build(client(dist)), build(server(dist))]);
} else {
  const hash = sourcesHash();
  const stamp = join(dist, STAMP);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    // Aside first: who reads dist/ meanwhile never finds half of it.
    const fresh = join(root, `dist.${process.pid}`);
    await Promise.all([build(client(fresh)), build(server(fresh))]);
    writeFileSync(join(fresh, STAMP), hash);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  }
}
