import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { newestMigration, untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { Standings } from './standings.ts';

const config = readConfig();
const log = createLog('votes', config.LOG_LEVEL);
const registry = createRegistry('votes', manifest.version);
const sql = openConfiguredDatabase(config, 'votes');
const sessions = new SessionCheck({
  sql,
  log,
  issuer: config.TOKEN_ISSUER,
  audience: config.TOKEN_AUDIENCE,
});
const standings = new Standings({ sql, log, registry });
const app = createApp({
  sql,
  log,
  registry,
  standings,
  verify: sessions.verify,
  mediaBaseUrl: config.MEDIA_BASE_URL ?? `${config.PUBLIC_URL}/media`,
});

const migration = newestMigration('votes', new URL('../migrations/', import.meta.url));

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  drainSeconds: config.DRAIN_SECONDS,
  http: { fetch: app.fetch, port: config.PORT },
  start: async () => {
    await untilMigrated({ sql, log, migration });
    await sessions.start();
    await standings.start();
  },
  stop: async () => {
    await standings.stop();
    await sessions.stop();
    await sql.end({ timeout: 5 });
  },
});
