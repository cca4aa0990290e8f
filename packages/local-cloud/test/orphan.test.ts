import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

test('ends, without a word, when the one that started it is gone before it is ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anb-cloud-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const child = fork(join(import.meta.dirname, '../src/main.ts'), {
    env: { PORT: '0', DATA_DIR: folder, QUEUE: 'transcode' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const code = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  const said = child.stderr ? await text(child.stderr) : undefined;
  expect({ code: await code, said }).toEqual({ code: 0, said: '' });
});
