import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@anb/embedded/ports';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { Supervised } from '../src/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'anb-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));
function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('a program whose port was taken meanwhile says so, and what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const file = program(
    'late.mjs',
    `import('node:net').then((net) => net.createServer().listen(${port}, '127.0.0.1'))`,
  );
  await expect(new Supervised({ name: 'late', file, env: {}, opsPort: 1 }).ready()).rejects.toThrow(
    'late did not start; an internal port was taken meanwhile; run npm start again',
  );
});

test('a program that goes on after SIGTERM ends all the same once its stack is gone', async () => {
  const file = program(
    'stubborn.mjs',
    "process.on('SIGTERM', () => process.stdout.write('asked')); setInterval(() => {}, 1000); process.send('up')",
  );
  const tether = new URL('../src/tether.ts', import.meta.url).href;
  const child = fork(file, { execArgv: ['--import', tether], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const exit = once(child, 'exit');
  child.disconnect();
  expect(String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0])).toBe('asked');
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test('a program that is built anew is started again, also while its file was away', async () => {
  const [opsPort = 0] = await freePorts(1);
  const saying = (word: string) =>
    `import { createServer } from 'node:http';
     createServer((_, answer) => answer.end('${word}')).listen(${opsPort}, '127.0.0.1');`;
  const file = program('built.mjs', saying('first'));
  const supervised = new Supervised({ name: 'built', file, env: {}, opsPort, isBuilt: true });
  onTestFinished(() => supervised.stop());
  await supervised.ready();
  const said = () => fetch(`http://127.0.0.1:${opsPort}/readyz`).then((answer) => answer.text(), String);
  expect(await said()).toBe('first');
  rmSync(file);
  await sleep(1200);
  expect(await said()).toBe('first');
  program('built.mjs', saying('second'));
  await expect.poll(said, { timeout: 5000 }).toBe('second');
});
