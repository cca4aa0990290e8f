import { createRoute, z } from '@hono/zod-openapi';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createHttp, createRoutes, json, jsonBody } from '../src/http.ts';
import { line, paging } from '../src/input.ts';
import { createLog } from '../src/log.ts';

const app = createHttp({ log: createLog('test', 'silent'), registry: new Registry(), filesPath: '/files' });
const routes = createRoutes();
const ok = { responses: { 200: json(z.object({}), 'ok') } };
routes.openapi(
  createRoute({
    method: 'post',
    path: '/things',
    request: {
      body: jsonBody(
        z.object({ name: line(2, 5), of: line(1, 5).optional(), size: z.int().min(1).optional() }),
      ),
    },
    ...ok,
  }),
  (c) => c.json(c.req.valid('json'), 200),
);
routes.openapi(
  createRoute({ method: 'get', path: '/things', request: { query: z.object(paging) }, ...ok }),
  (c) => c.json(c.req.valid('query'), 200),
);
routes.get('/broken', () => {
  throw new Error('select password from users');
});
routes.get('/away', () => {
  throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
});
routes.get('/passing/:code', (c) => {
  throw Object.assign(new Error('canceling statement'), { code: c.req.param('code') });
});
routes.post('/files', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
app.route('/', routes);

const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  app.request('/things', { method: 'POST', headers, body });

describe('every service', () => {
  test.each([
    ['malformed JSON', () => post('{"name":'), 400, 'malformed_json'],
    ['a wrong type', () => post('{"name":7}'), 400, 'invalid_input'],
    ['no value', () => post('{}'), 400, 'invalid_input'],
    ['a text that is too long', () => post('{"name":"abcdef"}'), 400, 'invalid_input'],
    ['a NUL character', () => post('{"name":"ab\\u0000c"}'), 400, 'invalid_input'],
    ['a change of direction', () => post('{"name":"ab\\u202ecd"}'), 400, 'invalid_input'],
    ['a break of line', () => post('{"name":"ab\\u2028cd"}'), 400, 'invalid_input'],
    ['nothing that can be seen', () => post('{"name":"\\u3164\\u200b\\u3164"}'), 400, 'invalid_input'],
    ['half a surrogate pair', () => post('{"name":"ab\\ud800"}'), 400, 'invalid_input'],
    [
      'another media type',
      () => post('name=ab', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    ['a body of 70 kB', () => post(`{"name":"${'a'.repeat(70_000)}"}`), 413, 'too_large'],
    [
      'a body of 70 kB that says it is a form',
      () => post('a'.repeat(70_000), { 'content-type': 'multipart/form-data; boundary=b' }),
      413,
      'too_large',
    ],
    [
      'a body of 70 kB that does not say how long it is',
      () =>
        app.request('/things', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: new Blob(['a'.repeat(70_000)]).stream(),
          duplex: 'half',
        } as RequestInit),
      413,
      'too_large',
    ],
    [
      'a form',
      () => post('--b--', { 'content-type': 'multipart/form-data; boundary=b' }),
      415,
      'unsupported_media_type',
    ],
    [
      'a compressed body',
      () => post('\x1f\x8b\b\0', { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
      400,
      'malformed_json',
    ],
    [
      'another character set',
      () => post('\0{\0}', { 'content-type': 'application/json; charset=utf-16' }),
      400,
      'malformed_json',
    ],
    ['a tower of brackets', () => post('['.repeat(60_000)), 400, 'malformed_json'],
    [
      'a whole tower of brackets',
      () => post(`${'['.repeat(30_000)}${']'.repeat(30_000)}`),
      400,
      'invalid_input',
    ],
    ['a number beyond all numbers', () => post('{"name":"ab","size":1e309}'), 400, 'invalid_input'],
    ['the prototype of a value', () => post('{"__proto__":{"name":"ab"}}'), 400, 'invalid_input'],
    ['the last of two values that is wrong', () => post('{"name":"ab","name":7}'), 400, 'invalid_input'],
    ['a NUL in the path', () => app.request('/things%00'), 404, 'not_found'],
    ['an escaped slash in the path', () => app.request('/things%2f1'), 404, 'not_found'],
    ['half an escape in the path', () => app.request('/things%'), 404, 'not_found'],
    ['an escape that is no character', () => app.request('/things?page=%ff'), 400, 'invalid_input'],
    ['page 0', () => app.request('/things?page=0'), 400, 'invalid_input'],
    ['a fractional page', () => app.request('/things?page=1.5'), 400, 'invalid_input'],
    ['a huge page', () => app.request('/things?page=99999999999999999999'), 400, 'invalid_input'],
    ['a page given twice', () => app.request('/things?page=1&page=2'), 400, 'invalid_input'],
    ['a limit beyond the bound', () => app.request('/things?limit=101'), 400, 'invalid_input'],
    ['an unknown path', () => app.request('/nothing'), 404, 'not_found'],
    [
      'a method that the path does not know',
      () => app.request('/things', { method: 'DELETE' }),
      405,
      'method_not_allowed',
    ],
  ])('refuses %s', async (_what, send, status, code) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      code,
      error: expect.any(String),
      request_id: expect.any(String),
    });
  });

  test.each([
    ['{"name":"a"}', 'must have at least 2 characters'],
    ['{"name":"abcdef"}', 'must have at most 5 characters'],
    ['{"name":7}', 'must be a text'],
    ['{"name":"ab","of":""}', 'must have at least 1 character', 'of'],
    ['{"name":"ab","size":1.5}', 'must be a whole number', 'size'],
    ['{"name":"ab","size":0}', 'must be at least 1', 'size'],
    ['{}', 'is required'],
  ])('names for %s the field that is wrong and says that it %s', async (body, message, field = 'name') => {
    expect(await (await post(body)).json()).toMatchObject({
      error: `${field} ${message}`,
      details: [{ field, message }],
    });
  });

  test('takes a body of any size where files are taken', async () => {
    const answer = await app.request('/files', { method: 'POST', body: 'a'.repeat(70_000) });
    expect([answer.status, await answer.text()]).toEqual([200, '70000']);
  });

  test.each([
    [false, 408, 'too_slow'],
    [true, 503, 'unavailable'],
  ])(
    'that waits for a body, which is complete: %s, answers in time with %i',
    async (complete, status, code) => {
      vi.useFakeTimers();
      onTestFinished(() => void vi.useRealTimers());
      const body = new ReadableStream();
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
      const asked = app.request('/things', init, { incoming: { complete } });
      await vi.advanceTimersByTimeAsync(8000);
      const answer = await asked;
      expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    },
  );

  test('says which methods a path knows', async () => {
    expect((await app.request('/things', { method: 'PUT' })).headers.get('allow')).toBe('GET, POST, HEAD');
  });

  test('answers 500 without a word of the cause', async () => {
    const answer = await app.request('/broken');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('password');
  });

  test('answers 503 with Retry-After while a dependency is away, without its address', async () => {
    const answer = await app.request('/away');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.text()).not.toContain('10.0.0.7');
  });

  test.each([
    ['a statement that took too long', '57014'],
    ['a standby that is about to be promoted', '25006'],
    ['a deadlock', '40P01'],
    ['a conflict between transactions', '40001'],
    ['a lock that is not to be had', '55P03'],
  ])('answers 503 with Retry-After for %s', async (_what, code) => {
    const answer = await app.request(`/passing/${code}`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });

  test('keeps a request id that it is given and makes one otherwise', async () => {
    const given = await app.request('/things', { headers: { 'x-request-id': 'abc-123' } });
    expect(given.headers.get('x-request-id')).toBe('abc-123');
    expect((await app.request('/things')).headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});
