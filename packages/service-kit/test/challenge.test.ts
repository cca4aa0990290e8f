import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from '@anb/embedded/ports';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createChallenge } from '../src/challenge.ts';
import { createHttp } from '../src/http.ts';

const folder = mkdtempSync(join(tmpdir(), 'anb-challenge-'));
const secretFile = join(folder, 'secret');
let provider: Server;
let app: ReturnType<typeof createHttp>;
let asked: URLSearchParams[] = [];
let lines: string[] = [];
/** What the provider says next, with a status; it hangs while this is nothing. */
let verdict: [number, string] | undefined;

beforeAll(async () => {
  provider = createServer(async (request, response) => {
    asked.push(new URLSearchParams(await text(request)));
    if (verdict) response.writeHead(verdict[0], { 'content-type': 'application/json' }).end(verdict[1]);
  });
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const { port } = provider.address() as AddressInfo;
  const challenge = createChallenge({ log, verifyUrl: `http://127.0.0.1:${port}/siteverify`, secretFile });
  app = createHttp({ log, registry: new Registry(), trustedProxyHops: 1 });
  app.post('/vote', async (c) => {
    await challenge(c);
    return c.json({});
  });
});
beforeEach(() => {
  asked = [];
  lines = [];
  writeFileSync(secretFile, 'first-secret\n');
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
  rmSync(folder, { recursive: true });
});

const vote = (response?: string) =>
  app.request('/vote', {
    method: 'POST',
    headers: { 'x-forwarded-for': '203.0.113.7', ...(response && { 'x-challenge-response': response }) },
  });

describe('a bot challenge', () => {
  test('lets through whose response the provider takes, and tells it the secret of now and the address', async () => {
    verdict = [200, '{"success":true}'];
    expect((await vote('solved')).status).toBe(200);
    writeFileSync(secretFile, 'second-secret');
    expect((await vote('again')).status).toBe(200);
    expect(asked.map((form) => Object.fromEntries(form))).toEqual([
      { secret: 'first-secret', response: 'solved', remoteip: '203.0.113.7' },
      { secret: 'second-secret', response: 'again', remoteip: '203.0.113.7' },
    ]);
  });

  test('is asked for where there is no response', async () => {
    const answer = await vote();
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'challenge_required' });
    expect(asked).toEqual([]);
  });

  test('refuses a response that the provider does not take, and does not ask about an endless one', async () => {
    verdict = [200, '{"success":false,"error-codes":["invalid-input-response"]}'];
    for (const response of ['forged', 'x'.repeat(8193)]) {
      const answer = await vote(response);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'challenge_failed' });
    }
    expect(asked).toHaveLength(1);
  });

  test.each<[string, [number, string] | undefined]>([
    ['fails', [500, 'oops']],
    ['answers something else', [200, '{"success":"yes"}']],
    ['does not know the secret', [200, '{"success":false,"error-codes":["invalid-input-secret"]}']],
    ['hangs', undefined],
  ])('lets nobody through while the provider %s: 503, to try again', async (_what, said) => {
    verdict = said;
    const answer = await vote('solved');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(lines).toEqual([expect.stringContaining('a bot challenge could not be judged')]);
    expect(lines.join('')).not.toContain('first-secret');
  });

  test('that can not be judged is one line of the log, with the host and why', async () => {
    const [port = 0] = await freePorts(1);
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const challenge = createChallenge({ log, verifyUrl: `http://127.0.0.1:${port}/siteverify`, secretFile });
    const away = createHttp({ log, registry: new Registry() });
    away.post('/vote', async (c) => challenge(c).then(() => c.json({})));
    const answer = await away.request('/vote', {
      method: 'POST',
      headers: { 'x-challenge-response': 'solved' },
    });
    expect(answer.status).toBe(503);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { host: `127.0.0.1:${port}`, reason: 'fetch failed', cause: 'ECONNREFUSED' },
    ]);
  });
});
