import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InlineConfig } from 'vite';

/**
 * Makes dist/: what browsers load (client/, with hashed names), and the program (server/main.js). Does nothing where
 * dist/ is of these sources already. With --watch it makes it anew whenever they change.
 */

const root = import.meta.dirname;
const dist = join(root, 'dist');
const STAMP = join(dist, 'sources.sha256');
/** What npm has installed. */
const INSTALLED = join(root, '../../node_modules/.package-lock.json');
const LOOK_MS = 300;

/** A busy machine is no fault of a plug-in. */
const checks = { pluginTimings: false };

// Whoever calls it: a test's own would make builds for development, with the paths of this machine in them.
process.env.NODE_ENV = 'production';

const common = (outDir: string): InlineConfig => ({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir, emptyOutDir: true },
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
      rolldownOptions: {
        checks,
        input: ['src/client/main.ts', 'src/styles/main.css', ...islands()],
        output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: COMMON }] } },
      },
    },
  };
};

/** What so many islands and dialogs share comes as one file: fewer requests, and less to send than in slivers. */
const COMMON = 10;

/** By name: one that others have in them too would be a nameless part of theirs. */
const islands = () => globSync('src/islands/*.tsx', { cwd: root }).sort();

/** Of the portal's own files only; the packages stay where they are. */
const server = (outDir: string): InlineConfig => {
  const config = common(join(outDir, 'server'));
  return {
    ...config,
    build: {
      ...config.build,
      ssr: 'src/main.ts',
      target: 'node24',
      rolldownOptions: { checks, external: /^(@anb\/|node:)/ },
    },
    ssr: { external: true },
  };
};

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of globSync(['src/**/*.*', 'build.ts', 'package.json'], { cwd: root }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  if (existsSync(INSTALLED)) hash.update(readFileSync(INSTALLED));
  return hash.digest('hex');
}

const isBuilt = (hash: string) => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;

async function makeDist(hash: string): Promise<void> {
  if (isBuilt(hash)) return;
  // Where there is nothing to do, as mostly, this is most of the time.
  const { build } = await import('vite');
  const fresh = join(root, `dist.${process.pid}`);
  try {
    await Promise.all([build(client(fresh)), build(server(fresh))]);
    writeFileSync(join(fresh, basename(STAMP)), hash);
    // Where another build of the same was quicker, its files stay: somebody may be reading them.
    if (!isBuilt(hash)) putInPlace(fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Whole at once: who reads dist/ never finds half of it. */
function putInPlace(fresh: string): void {
  const old = `${fresh}.old`;
  for (let isDone = false; !isDone; rmSync(old, { recursive: true, force: true })) {
    if (existsSync(dist)) tolerate('ENOENT', () => renameSync(dist, old));
    // Another build may have come between.
    isDone = tolerate('ENOTEMPTY', () => renameSync(fresh, dist));
  }
}

/** @returns whether it worked; false where it failed as is expected */
function tolerate(expected: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== expected) throw error;
    return false;
  }
}

async function keepMaking(): Promise<never> {
  for (let seen = ''; ; await sleep(LOOK_MS)) {
    const hash = sourcesHash();
    if (hash === seen) continue;
    seen = hash;
    await makeDist(hash).then(
      () => console.log(`${new Date().toTimeString().slice(0, 8)}  dist/ is of these sources`),
      (error: Error) => console.error(error.message),
    );
  }
}

await (process.argv.includes('--watch') ? keepMaking() : makeDist(sourcesHash()));
