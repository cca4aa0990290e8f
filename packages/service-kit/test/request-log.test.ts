import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createHttp } from '../src/http.ts';
import { createLog } from '../src/log.ts';

interface Line {
  method: string;
  route: string;
  status: number;
  unlogged?: number;
}

/** A service and the lines of its log; the clock stands still. */
function service() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: Line[] = [];
  const log = createLog('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const app = createHttp({ log, registry: new Registry() });
  app.get('/things/:id', (c) => c.json({}, c.req.param('id') === 'none' ? 404 : 200));
  app.post('/things/:id', (c) => c.json({}));
  const ask = async (path: string, count: number, method = 'GET') => {
    for (let asked = 0; asked < count; asked++) await app.request(path, { method });
  };
  return { ask, lines };
}

test('of the reads of a route fifty a second have a line, and the next says how many had none', async () => {
  const { ask, lines } = service();
  await ask('/things/1', 30);
  await ask('/things/2', 50);
  expect(lines).toHaveLength(50);
  expect(lines.some(({ unlogged }) => unlogged !== undefined)).toBe(false);
  vi.advanceTimersByTime(1000);
  await ask('/things/1', 2);
  expect(lines.slice(50).map(({ route, unlogged }) => [route, unlogged])).toEqual([
    ['/things/:id', 30],
    ['/things/:id', undefined],
  ]);
});

test.each([
  ['refused', '/things/none', 'GET'],
  ['a write', '/things/1', 'POST'],
])('what is %s has a line always', async (_what, path, method) => {
  const { ask, lines } = service();
  await ask(path, 120, method);
  expect(lines).toHaveLength(120);
});
