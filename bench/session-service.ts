import type { AddressInfo } from 'node:net';
import { openDatabase } from '@anb/service-kit/database';
import { createHttp, signedIn } from '@anb/service-kit/http';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { openServer } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import { AUDIENCE, ISSUER } from '@anb/testing/players';
import { createRoute } from '@hono/zod-openapi';

// A service as ours are, with one route twice: for anybody, and for signed-in callers only.
const sql = openDatabase({ url: process.env.DATABASE_URL ?? '', max: 2, applicationName: 'bench' });
const log = createLog('bench', 'info');
const sessions = new SessionCheck({ sql, log, issuer: ISSUER, audience: AUDIENCE });
const app = createHttp({ log, registry: createRegistry('bench', '0') });
const answer = { description: 'ok' };
const route = (path: string) => createRoute({ method: 'get', path, responses: { 200: answer } });
app.openapi(route('/open'), (c) => c.json({ ok: true }, 200));
app.openapi({ ...route('/signed'), ...signedIn(sessions.verify) }, (c) => c.json({ ok: true }, 200));

await sessions.start();
const server = openServer({ fetch: app.fetch }).listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
