import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { afterEach, describe, expect, test } from 'vitest';
import { HEADERS_TIMEOUT_MS, KEEP_ALIVE_MS } from '../src/service.ts';

const program = fileURLToPath(new URL('./slow-service.ts', import.meta.url));
let child: ChildProcess | undefined;

async function start() {
  const [port = 0, opsPort = 0] = await freePorts(2);
  child = spawn(process.execPath, [program, String(port), String(opsPort)], { stdio: 'ignore' });
  const service = { child, url: `http://127.0.0.1:${port}`, ops: `http://127.0.0.1:${opsPort}` };
  while (!(await fetch(`${service.ops}/readyz`).catch(() => null))?.ok) await sleep(20);
  return service;
}

function* endless() {
  for (;;) yield Buffer.alloc(1024 * 1024);
}

afterEach(() => {
  child?.kill('SIGKILL');
});

describe('a running service', () => {
  test('answers the request in hand after SIGTERM, says that it is draining meanwhile, and exits 0', async () => {
    const service = await start();
    const slow = fetch(`${service.url}/slow`);
    await sleep(200);
    service.child.kill('SIGTERM');
    const exit = once(service.child, 'exit');
    await sleep(300);

    expect((await fetch(`${service.ops}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.ops}/livez`)).status).toBe(200);
    expect((await slow).status).toBe(200);
    expect(await exit).toEqual([0, null]);
  });

  test('is heard when it answers before the body has come, also by who closes afterwards', async () => {
    const service = await start();
    for (let attempt = 0; attempt < 20; attempt++) {
      const sending = request(`${service.url}/refused`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data', connection: 'close' },
      });
      Readable.from(endless()).pipe(sending);
      const [answer] = await once(sending, 'response');
      expect([answer.statusCode, Buffer.concat(await answer.toArray()).toString()]).toEqual([
        413,
        'too large',
      ]);
      sending.on('error', () => {}).destroy();
    }
  });

  test('tells Prometheus about requests by route template, and keeps that off the public port', async () => {
    const service = await start();
    await fetch(`${service.url}/things/42`);
    const metrics = await (await fetch(`${service.ops}/metrics`)).text();

    expect(metrics).toMatch(
      /anb_http_request_duration_seconds_count\{app="slow",method="GET",route="\/things\/:id",code="200"\} 1/,
    );
    expect(metrics).toContain('anb_build_info{version="1.2.3",app="slow"} 1');
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
  });

  test('keeps connections longer than the load balancer does, and headers longer still', () => {
    const loadBalancerIdleMs = 120_000;
    expect(KEEP_ALIVE_MS).toBeGreaterThan(loadBalancerIdleMs);
    expect(HEADERS_TIMEOUT_MS).toBeGreaterThan(KEEP_ALIVE_MS);
  });
});
