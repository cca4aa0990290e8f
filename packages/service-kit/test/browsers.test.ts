import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnv } from '../src/env.ts';
import { createHttp } from '../src/http.ts';
import { createLog } from '../src/log.ts';
import { openServer } from '../src/service.ts';
import { apiEnv } from '../src/service-env.ts';

const OURS = 'https://app.example.com';
const FOREIGN = 'https://evil.example.com';

function service(corsOrigins: string[] = []) {
  const app = createHttp({ log: createLog('test', 'silent'), registry: new Registry(), corsOrigins });
  app.get('/things', (c) => c.json([], 200, { ETag: '"1"', 'X-Total-Count': '0' }));
  app.post('/things', (c) => c.body(null, 204));
  app.get('/same', (c) => c.body(null, 304));
  app.get('/page', (c) => c.html('<p>', 200, { 'Content-Security-Policy': "default-src 'self'" }));
  app.get('/kept', (c) => c.text('', 200, { 'Cache-Control': 'public, max-age=60', Vary: 'Accept' }));
  app.get('/elsewhere', (c) => c.redirect('https://store.example.com'));
  app.get('/events', () => new Response(new ReadableStream()));
  app.get('/broken', () => {
    throw new Error('broken');
  });
  return app;
}

/** The same app behind a server, as it runs. */
function served(app: ReturnType<typeof service>) {
  let url = '';
  const server = openServer({ fetch: app.fetch });
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close().closeAllConnections();
  });
  return {
    request: (path: string, init?: RequestInit) => fetch(`${url}${path}`, { ...init, redirect: 'manual' }),
  };
}

describe.each([
  ['made', service()],
  ['sent', served(service())],
])('every answer that is %s', (_way, app) => {
  test.each<[string, [string, RequestInit?]]>([
    ['200', ['/things']],
    ['200', ['/page']],
    ['200', ['/kept']],
    ['200', ['/events']],
    ['204', ['/things', { method: 'POST' }]],
    ['302', ['/elsewhere']],
    ['304', ['/same']],
    ['404', ['/nothing']],
    ['405', ['/things', { method: 'PUT' }]],
    ['405', ['/things', { method: 'OPTIONS' }]],
    ['413', ['/things', { method: 'POST', body: 'a'.repeat(70_000) }]],
    ['500', ['/broken']],
  ])('%s to %j tells browsers to be careful', async (status, request) => {
    const { status: answered, headers } = await app.request(...request);
    expect(String(answered)).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    });
    const isPage = request[0] === '/page';
    expect(headers.get('content-security-policy')).toBe(
      isPage
        ? "default-src 'self'"
        : "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    );
    expect(headers.get('cache-control')).toBe(request[0] === '/kept' ? 'public, max-age=60' : 'no-store');
    expect(headers.get('vary')).toBe(request[0] === '/kept' ? 'Accept' : null);
  });
});

describe('an origin that is allowed', () => {
  const app = service(['https://other.example.com', OURS]);
  const from = (origin: string) => ({ origin });

  test('reads an answer and the headers that it needs, without cookies', async () => {
    const { status, headers } = await app.request('/things', { headers: from(OURS) });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      200,
      OURS,
      'Origin',
    ]);
    for (const name of [
      'ETag',
      'X-Total-Count',
      'Retry-After',
      'X-Request-Id',
      'Location',
      'Content-Disposition',
    ])
      expect(headers.get('access-control-expose-headers')?.split(',')).toContain(name);
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each([
    ['/nothing', {}, 404],
    ['/things', { method: 'PUT' }, 405],
    ['/things', { method: 'POST', body: 'a'.repeat(70_000) }, 413],
    ['/broken', {}, 500],
  ])('reads why %s with %j is refused', async (path, request, status) => {
    const answer = await app.request(path, { ...request, headers: from(OURS) });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, OURS]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/things', '/nothing'])('may ask %s beforehand', async (path) => {
    const asked = {
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization',
    };
    const { status, headers } = await app.request(path, {
      method: 'OPTIONS',
      headers: { ...asked, ...from(OURS) },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(OURS);
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PUT,PATCH,DELETE');
    const names = headers.get('access-control-allow-headers')?.toLowerCase().split(',');
    for (const name of [
      ...['authorization', 'content-type', 'if-none-match', 'last-event-id'],
      ...['x-challenge-response', 'x-request-id'],
    ])
      expect(names).toContain(name);
    expect(headers.get('vary')).toContain('Origin');
  });

  test.each([FOREIGN, 'null', `${OURS}.evil.example.com`, 'http://app.example.com', ''])(
    'is not %j, which is answered without a word of it',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS']) {
        const { status, headers } = await app.request('/things', { method, headers: from(origin) });
        expect(status).toBe(method === 'GET' ? 200 : 405);
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
        expect(headers.get('vary')).toBe('Origin');
      }
    },
  );

  test('leaves what an answer varies by otherwise', async () => {
    for (const origin of [OURS, FOREIGN]) {
      const { headers } = await app.request('/kept', { headers: from(origin) });
      expect(headers.get('vary')).toBe('Accept, Origin');
    }
  });
});

test('no origin is allowed by default', async () => {
  const { headers } = await service().request('/things', { headers: { origin: OURS } });
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
});

describe('CORS_ORIGINS', () => {
  const read = (value: string) => parseEnv(apiEnv, { CORS_ORIGINS: value }).CORS_ORIGINS;
  test('is a list', () => {
    expect(read('')).toEqual([]);
    expect(read(`${OURS}, http://localhost:5173`)).toEqual([OURS, 'http://localhost:5173']);
  });

  test.each([
    ...['*', 'null', 'app.example.com', `${OURS}/`, 'https://app.example.com/page', 'https://*.example.com'],
    ...['https://APP.example.com', 'https://app.example.com:443', 'ftp://app.example.com', `${OURS},`],
  ])('refuses %s', (value) => {
    expect(() => read(value)).toThrow('CORS_ORIGINS');
  });
});
