import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { freePorts } from '../src/ports.ts';

const range = '/proc/sys/net/ipv4/ip_local_port_range';

test('free ports are many, each once, and none that the system gives to an outgoing connection', async () => {
  const [first = 0] = readFileSync(range, 'utf8').split(/\s+/).map(Number);
  const ports = await freePorts(200);
  expect(new Set(ports).size).toBe(200);
  expect(Math.max(...ports)).toBeLessThan(first);
});
