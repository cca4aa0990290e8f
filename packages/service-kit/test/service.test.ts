import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { afterEach, describe, expect, test, vi } from 'vitest';

const program = fileURLToPath(new URL('./slow-service.ts', import.meta.url));
let child: ChildProcess | undefined;

async function start(drainSeconds = 0) {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const started = spawn(process.execPath, [program, ...[port, opsPort, drainSeconds].map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  let output = '';
  started.stdout.on('data', (chunk) => {
    output += chunk;
  });
  /** Until it has written the text. */
  const says = (text: string) =>
    vi.waitFor(
      () => {
        if (started.exitCode !== null || !output.includes(text)) throw new Error(`no ${text} in: ${output}`);
      },
      { timeout: 10_000, interval: 10 },
    );
  await says('"ready"');
  return {
    child: started,
    says,
    output: () => output,
    url: `http://127.0.0.1:${port}`,
    ops: `http://127.0.0.1:${opsPort}`,
  };
}

/** Asks again and again on one connection, until an answer closes it. */
async function askUntilClosed(url: string, answered: () => void): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const [answer] = await once(get(`${url}/things/1`, { agent }), 'response');
    await answer.toArray();
    answered();
    if (answer.headers.connection === 'close') return;
  }
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
    await service.says('/slow');
    service.child.kill('SIGTERM');
    const exit = once(service.child, 'exit');
    await service.says('draining');

    expect((await fetch(`${service.ops}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.ops}/livez`)).status).toBe(200);
    expect((await slow).status).toBe(200);
    expect(await exit).toEqual([0, null]);
  });

  test('ends what it has in hand for a client that has gone before it closes anything', async () => {
    const service = await start();
    const client = get(`${service.url}/slow`).on('error', () => {});
    await service.says('/slow');
    client.destroy();
    service.child.kill('SIGTERM');
    await once(service.child, 'close');
    const lines = service.output().trim().split('\n');
    const said = lines.map((line) => JSON.parse(line) as { time: string; message: string });
    // By their times: what waited to be written comes last.
    const order = said.toSorted((a, b) => a.time.localeCompare(b.time)).map(({ message }) => message);
    const steps = ['asked', 'draining', 'done', 'closing'];
    expect(order.filter((message) => steps.includes(message))).toEqual(steps);
  });

  test('sends kept-alive clients elsewhere before it stops: no request of theirs meets a closed connection', async () => {
    const service = await start(1);
    let answers = 0;
    const clients = Array.from({ length: 20 }, () => askUntilClosed(service.url, () => answers++));
    const slow = fetch(`${service.url}/slow`);
    await service.says('/slow');
    await vi.waitFor(() => expect(answers).toBeGreaterThan(20), 5000);
    service.child.kill('SIGTERM');
    const exit = once(service.child, 'exit');

    await Promise.all(clients);
    expect((await slow).headers.get('connection')).toBe('close');
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

  test('says in one line which port is taken, without a stack', async () => {
    const running = await start();
    const port = new URL(running.url).port;
    const [opsPort = 0] = await freePorts(1);
    const second = spawn(process.execPath, [program, port, String(opsPort), '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said] = await Promise.all([text(second.stderr), once(second, 'exit')]);
    expect(said).toMatch(
      new RegExp(`^The environment is not usable:\\n  PORT: ${port} is taken \\(EADDRINUSE\\)\\n.*\\n$`),
    );
    expect(second.exitCode).toBe(78);
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
});
