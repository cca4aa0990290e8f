import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeScratch, removeLeftovers } from '../src/scratch.ts';

test('a worker that starts removes what killed ones left, and nothing of those that run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anb-scratch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { pid: dead } = spawnSync('true');
  const running = `transcode-${process.ppid}-abc`;
  const mine = basename(await makeScratch(folder));
  for (const name of [`transcode-${dead}-abc`, running, 'another']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'original'), 'clip');
  }
  expect(mine).toMatch(new RegExp(`^transcode-${process.pid}-`));
  // In a container every worker has the same process id.
  await removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(['another', running].sort());
});
