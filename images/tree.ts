import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Entry {
  /** From the tree's root, with a leading slash. */
  path: string;
  stats: Stats;
}

/** Every file, folder and link of a tree, none of its links followed. */
export function* entries(root: string, folder = root): Generator<Entry> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    yield { path: `/${relative(root, path)}`, stats };
    if (stats.isDirectory()) yield* entries(root, path);
  }
}

const programs = /^\/(usr\/)?(local\/)?s?bin\/([^/]+)$/;
const unwanted = new Set(
  'npm npx corepack yarn pnpm gcc g++ cc c++ cpp clang make cmake git python3 curl wget'.split(' '),
);
const setsIds = ({ stats }: Entry) => stats.isFile() && (stats.mode & 0o6000) !== 0;

/** What stands in a tree that should not; `base` is what it was built on. */
export function faults(tree: Entry[], base: Entry[]): string[] {
  const ofBase = new Map(base.map((entry) => [entry.path, entry]));
  const found: string[] = [];
  for (const entry of tree) {
    const { path, stats } = entry;
    const isOurs = path.startsWith('/app/') && !path.includes('/node_modules/');
    const fault = (what: string) => found.push(`${path}: ${what}`);

    const [, , , program] = programs.exec(path) ?? [];
    if (program && unwanted.has(program)) fault('a tool of builds');
    if (basename(path) === 'node' && stats.size > 1e7 && path !== '/usr/local/bin/node')
      fault('a second Node');
    if (basename(path) === '.git' || basename(path) === '.npmrc') fault('left over');
    if (/^\/(var\/lib\/apt\/lists|var\/cache|var\/log|tmp|root\/\.)./.test(path) && !ofBase.has(path))
      fault('left over');
    if (path.startsWith('/etc/apt/') && !ofBase.has(path)) fault("apt's configuration");
    if (setsIds(entry) && !setsIds(ofBase.get(path) ?? entry)) fault('sets its user or group');
    if (setsIds(entry) && !ofBase.has(path)) fault('sets its user or group');
    if (isOurs && /(^|\/)tests?(\/|$)|\.test\.ts$/.test(path)) fault('a test');
    if (path.startsWith('/app') && stats.uid + stats.gid !== 0) fault('not owned by root');
    if (path.startsWith('/app') && !stats.isSymbolicLink() && (stats.mode & 0o022) !== 0)
      fault('others may write');
    if (path.startsWith('/app') && (stats.mode & 0o004) === 0) fault('not readable');
  }
  return found;
}

/** The lock takes these for production's: a workspace of tests depends on them. */
const TEST_PACKAGES = [
  'vitest',
  'vite',
  'rolldown',
  'lightningcss',
  'newman',
  'playwright-core',
  '@sparticuz/chromium',
].map((name) => `node_modules/${name}`);

/** Packages for development only that are there all the same. */
export function developmentPackages(root: string, lock: string): string[] {
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => (dev || TEST_PACKAGES.includes(path)) && existsSync(join(root, 'app', path)))
    .map(([path]) => path);
}

/** Files of ours or of the system's settings that name a host. */
export function mentions(root: string, tree: Entry[], hosts: string[]): string[] {
  return tree
    .filter(
      ({ path, stats }) =>
        stats.isFile() && /^\/(etc|root|app)\//.test(path) && !path.includes('/node_modules/'),
    )
    .filter(({ path }) => {
      const text = readFileSync(join(root, path), 'latin1');
      return hosts.some((host) => text.includes(host));
    })
    .map(({ path }) => path);
}

export const bytes = (tree: Entry[]) =>
  tree.reduce((sum, { stats }) => sum + (stats.isFile() ? stats.size : 0), 0);

export const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
