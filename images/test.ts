import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_IMAGE, copyNpmConfig, makeBases, RUNTIME_IMAGE, registryHosts } from './bases.ts';
import { type Build, Buildah } from './buildah.ts';
import { Container, type Tree } from './container.ts';
import { copyAptConfig, ensureTools } from './debian.ts';
import { runSystem } from './system.ts';
import { limits, type Target, targets } from './targets.ts';
import { bytes, developmentPackages, digest, type Entry, entries, faults, mentions } from './tree.ts';

// Builds every image on a Debian 13 made on the spot, looks into each and runs the system from their file trees.
const root = fileURLToPath(new URL('..', import.meta.url));
const seconds: Record<string, number> = {};
const sizes: Partial<Record<Target, { unpacked: number; compressed: number }>> = {};
const MB = 1e6;

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  process.stdout.write(`${name} ...`);
  const result = await work();
  seconds[name] = Math.round((performance.now() - started) / 100) / 10;
  process.stdout.write(` ${seconds[name]} s\n`);
  return result;
}

async function test(folder: string, buildah: Buildah): Promise<void> {
  const apt = await copyAptConfig(folder);
  const npmrc = await copyNpmConfig(folder);
  await step('make a Debian 13', () => makeBases(buildah, folder, apt));

  const build = (target: Target, options: Partial<Build> = {}) =>
    buildah.build({
      tag: `localhost/${target}`,
      context: root,
      target,
      args: {
        BUILD_IMAGE,
        RUNTIME_IMAGE,
        VERSION: '1.2.3',
        REVISION: 'abc',
        SOURCE: 'https://example.com/source',
      },
      secrets: { npmrc },
      mounts: {
        '/etc/apt/sources.list.d': apt.sources,
        '/etc/apt/apt.conf.d': apt.settings,
        '/etc/ssl/certs': '/etc/ssl/certs',
      },
      ...options,
    });
  for (const target of targets) await step(`build ${target}`, () => build(target));

  const base = [...entries(await buildah.mount(RUNTIME_IMAGE))];
  const trees = {} as Record<Target, Tree>;
  for (const target of targets) {
    await step(`look into ${target}`, async () => {
      const { config, text } = await buildah.inspect(`localhost/${target}`);
      trees[target] = { name: target, root: await buildah.mount(`localhost/${target}`), config };
      const tree = [...entries(trees[target].root)];
      checkConfig(trees[target], text, registryHosts(apt, npmrc));
      checkTree(trees[target], tree, base, registryHosts(apt, npmrc));
      await checkConfinement(trees[target]);
      const compressed = await buildah.compressedBytes(`localhost/${target}`, join(folder, 'oci'));
      checkSize(target, { unpacked: bytes(tree) / MB, compressed: compressed / MB });
    });
  }
  await step('run the system from the images', () => runSystem(trees, folder));
  await step('build transcoder again, from nothing', async () => {
    await build('transcoder', { tag: 'localhost/again', cached: false });
    const [first, again] = [
      await buildah.inspect('localhost/transcoder'),
      await buildah.inspect('localhost/again'),
    ];
    assert.deepEqual(again.layers, first.layers, 'two builds of the same make different layers');
  });
}

function checkConfig({ name, config }: Tree, text: string, hosts: string[]): void {
  assert.match(config.User, /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual(config.Entrypoint, ['node']);
  const label = (key: string) => config.Labels[`org.opencontainers.image.${key}`];
  assert.deepEqual(['title', 'version', 'revision', 'source'].map(label), [
    `rising-stars-${name}`,
    '1.2.3',
    'abc',
    'https://example.com/source',
  ]);
  assert.deepEqual(
    hosts.filter((host) => text.includes(host)),
    [],
    'the image names a registry',
  );
}

function checkTree({ root: folder }: Tree, tree: Entry[], base: Entry[], hosts: string[]): void {
  assert.deepEqual(faults(tree, base), []);
  assert.deepEqual(mentions(folder, tree, hosts), [], 'a file names a registry');
  assert.deepEqual(developmentPackages(folder, join(root, 'package-lock.json')), []);
  assert.equal(
    digest(join(folder, 'usr/local/bin/node')),
    digest(process.execPath),
    'another Node than the tests run on',
  );
}

/** What the other checks rely on: a program sees itself as the kubelet would start it. */
async function checkConfinement(tree: Tree): Promise<void> {
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const write = (path) => { try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
    const status = Object.fromEntries(readFileSync('/proc/self/status', 'utf8').split('\\n').map((l) => l.split(':\\t')));
    console.log(JSON.stringify({ pid: process.pid, uid: status.Uid.split('\\t')[0], gid: status.Gid.split('\\t')[0],
      groups: status.Groups.trim(), capabilities: Number('0x' + status.CapEff), noNewPrivileges: status.NoNewPrivs,
      app: write('/app/x'), etc: write('/etc/x'), tmp: write('/tmp/x') }));`;
  const seen = JSON.parse(await new Container({ tree, command: ['-e', script] }).succeeds());
  const [uid, gid] = tree.config.User.split(':');
  assert.deepEqual(seen, {
    ...{ pid: 1, uid, gid, groups: '', capabilities: 0, noNewPrivileges: '1' },
    ...{ app: 'EROFS', etc: 'EROFS', tmp: 'written' },
  });
}

function checkSize(target: Target, size: { unpacked: number; compressed: number }): void {
  sizes[target] = { unpacked: Math.round(size.unpacked), compressed: Math.round(size.compressed) };
  for (const kind of ['unpacked', 'compressed'] as const)
    assert.ok(size[kind] <= limits[target][kind], `${target} has ${size[kind]} MB ${kind}`);
}

/** Whatever of the run is still mounted, and every file of it. */
async function remove(folder: string): Promise<void> {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted.reverse()) execFileSync('umount', ['--lazy', path]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

await ensureTools();
const folder = mkdtempSync(join(tmpdir(), 'anb-images-'));
chmodSync(folder, 0o755); // For the users that Postgres and the images run as.
const started = performance.now();
try {
  await test(folder, await Buildah.open(join(folder, 'storage')));
} finally {
  await remove(folder);
}
seconds.total = Math.round((performance.now() - started) / 1000);
console.log(JSON.stringify({ sizes, seconds }));
