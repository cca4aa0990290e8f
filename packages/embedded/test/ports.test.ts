import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { freePorts } from '../src/ports.ts';

const range = '/proc/sys/net/ipv4/ip_local_port_range';
const asking: ChildProcess[] = [];
afterEach(() => {
  for (const child of asking) child.kill();
});

test('free ports are many, each once, and none that the system gives to an outgoing connection', async () => {
  const [first = 0] = readFileSync(range, 'utf8').split(/\s+/).map(Number);
  const ports = await freePorts(200);
  expect(new Set(ports).size).toBe(200);
  expect(Math.max(...ports)).toBeLessThan(first);
});

test('processes that ask at the same time get different ports, though nobody listens yet', async () => {
  const given = (await Promise.all([askFor(1000), askFor(1000)])).flat();
  expect(given.length).toBe(2000);
  expect(new Set(given).size).toBe(2000);
});

/** Of a process that lives until the end of the test. */
async function askFor(count: number): Promise<number[]> {
  const program = `
    const { freePorts } = await import(${JSON.stringify(new URL('../src/ports.ts', import.meta.url).href)});
    process.stdin.resume();
    console.log(JSON.stringify(await freePorts(${count})));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  asking.push(child);
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.endsWith('\n')) break;
  }
  return JSON.parse(said);
}
