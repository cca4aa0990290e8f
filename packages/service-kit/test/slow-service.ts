import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from '../src/http.ts';
import { createLog } from '../src/log.ts';
import { createRegistry } from '../src/metrics.ts';
import { runService } from '../src/service.ts';

// A service for service.test.ts: the ports and the seconds of draining are its arguments.
const [port, opsPort, drainSeconds] = process.argv.slice(2).map(Number);
const log = createLog('slow');
const registry = createRegistry('slow', '1.2.3');
const app = createHttp({ log, registry, filesPath: '/refused' });
app.get('/slow', async (c) => {
  log.info({ path: '/slow' }, 'asked');
  await sleep(2000);
  log.info({ path: '/slow' }, 'done');
  return c.text('done');
});
app.post('/refused', (c) => c.text('too large', 413));
app.get('/things/:id', (c) => c.text(c.req.param('id')));

await runService({
  log,
  registry,
  host: '127.0.0.1',
  opsPort: opsPort ?? 0,
  drainSeconds,
  http: { fetch: app.fetch, port: port ?? 0 },
  stop: async () => log.info('closing'),
});
