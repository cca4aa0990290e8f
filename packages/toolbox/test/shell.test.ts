import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a shell stays open until it is told to end, and then ends cleanly', async () => {
  const program = fileURLToPath(new URL('../src/shell.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { SHELL_MINUTES: '7' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toContain('Open for 7 minutes');
  expect(child.exitCode).toBe(null);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
