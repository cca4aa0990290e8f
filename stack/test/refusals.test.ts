import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'anb-refusals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm start` says, errors in their place among the rest. */
async function start(env: Record<string, string>): Promise<string> {
  const said = join(folder, 'said');
  const file = openSync(said, 'w');
  const child = spawn(process.execPath, ['stack/start.mjs'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', file, file],
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
  closeSync(file);
  return readFileSync(said, 'utf8');
}

test('a port that is taken is told before anything starts, and nothing else', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const said = await start({ PORT: String(port), DATA_DIR: join(folder, 'data') });
  other.close();
  expect(said).toMatch(new RegExp(`^\\nPort ${port} is taken. Set PORT .* npm start\\n\\n$`));
  expect(readdirSync(join(folder, 'data'))).toEqual([]);
});

test('data that can not be written are told by the name of their setting', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  // Below /proc nothing can be made, not even by root.
  for (const [path, named] of [
    [file, file],
    [join(file, 'below'), file],
    ['/proc/data/below', '/proc/data'],
  ] as const)
    expect(await start({ PORT: '0', DATA_DIR: path })).toMatch(
      new RegExp(`\nDATA_DIR must be a folder that can be written: E.* '${named}'\n\n$`),
    );
});
