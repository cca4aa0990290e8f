import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll } from 'vitest';
import { fakeOutputs } from './fake-outputs.ts';

const program = join(import.meta.dirname, '../src/commands/addons.ts');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

export const clusterOf = (environment: string) => `rising-stars-${environment}`;
export const contextOf = (environment: string) =>
  outputsOf(environment)[`${clusterOf(environment)}-cluster`]?.ClusterArn ?? '';

/** What the stacks of an environment put out. */
export const outputsOf = (environment: string): typeof fakeOutputs =>
  JSON.parse(JSON.stringify(fakeOutputs).replaceAll('production', environment));

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anb-addons-'));
  folders.push(folder);
  return folder;
}

export function outputsFile(content: unknown): string {
  const file = join(newFolder(), 'outputs.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Stands for a program: writes down what it was called with and what it was to read, then runs the script. */
export interface Stubs {
  readonly [program: string]: string;
}

/** Runs the command with nothing on PATH but the stubs and the shell's own tools. */
export function addons(words: readonly string[], stubs: Stubs = {}) {
  const folder = newFolder();
  const log = join(folder, 'calls');
  for (const [name, script] of Object.entries(stubs)) stub(join(folder, name), log, script);
  const env = { PATH: [folder, join(folder, 'nothing')].join(delimiter), TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    env,
  });
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { status, stdout, stderr, calls, folder };
}

function stub(file: string, log: string, script: string) {
  const keep = `/bin/echo "$(/usr/bin/basename "$0") $*" >> ${log}`;
  writeFileSync(file, `#!/bin/bash\n${keep}\n${script}\n`);
  chmodSync(file, 0o755);
}
