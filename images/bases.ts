import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildah } from './buildah.ts';
import { run } from './commands.ts';
import { type AptConfig, makeBase } from './debian.ts';

/** Stand in for debian:trixie-slim and node:24-trixie-slim, which no registry is asked for. */
export const RUNTIME_IMAGE = 'localhost/debian:trixie-slim';
export const BUILD_IMAGE = 'localhost/node:24-trixie-slim';
/** Of the line that Node 24 comes with. */
const NPM = 'npm@11.19.1';

export async function makeBases(buildah: Buildah, folder: string, apt: AptConfig): Promise<void> {
  const [debian, node] = [join(folder, 'debian'), join(folder, 'node')];
  mkdirSync(debian);
  mkdirSync(node);
  await makeBase(join(debian, 'base.tar'), apt);
  writeFileSync(join(debian, 'Dockerfile'), 'FROM scratch\nADD base.tar /\n');
  await buildah.build({ tag: RUNTIME_IMAGE, context: debian });

  const archive = await run('npm', ['pack', '--silent', '--pack-destination', node, NPM]);
  await run('tar', ['-xf', join(node, archive), '-C', node]);
  copyFileSync(process.execPath, join(node, 'node'));
  const npm = '/usr/local/lib/node_modules/npm';
  writeFileSync(
    join(node, 'Dockerfile'),
    `FROM ${RUNTIME_IMAGE}
COPY node /usr/local/bin/
COPY package ${npm}
RUN chmod 755 /usr/local/bin/node ${npm}/bin/*.js && ln -s ${npm}/bin/npm-cli.js /usr/local/bin/npm
`,
  );
  await buildah.build({ tag: BUILD_IMAGE, context: node });
}

/** How this machine reaches the npm registry, for the builds to read as a secret. */
export async function copyNpmConfig(folder: string): Promise<string> {
  const setting = (key: string) => run('npm', ['config', 'get', key]);
  const files = [await setting('globalconfig'), await setting('userconfig')].filter(existsSync);
  const lines = files.map((file) => readFileSync(file, 'utf8'));
  const copy = join(folder, 'npmrc');
  writeFileSync(copy, [...lines, `registry=${await setting('registry')}`, ''].join('\n'), { mode: 0o600 });
  return copy;
}

/** The hosts of registries, which no image may name. */
export function registryHosts({ sources }: AptConfig, npmrc: string): string[] {
  const text = [join(sources, 'debian.list'), npmrc].map((file) => readFileSync(file, 'utf8')).join('\n');
  return [
    ...new Set([...text.matchAll(/https?:\/\/(?:[^/\s@]*@)?([^/\s:]+)/g)].map(([, host = '']) => host)),
  ];
}
