import { readFileSync } from 'node:fs';
import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { newestMigration, untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { createPasswords } from './passwords.ts';
import { publishKey } from './store.ts';
import { createTokenSigner } from './tokens.ts';

const config = readConfig();
const log = createLog('auth', config.LOG_LEVEL);
const registry = createRegistry('auth', manifest.version);
const sql = openConfiguredDatabase(config, 'auth');
const token = { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE };
const signer = await createTokenSigner({
  ...token,
  privateKey: readFileSync(config.SIGNING_KEY_FILE, 'utf8'),
});
const sessions = new SessionCheck({ ...token, sql, log });
const passwords = await createPasswords(config.HASH_CONCURRENCY);
const app = createApp({
  sql,
  log,
  registry,
  signer,
  passwords,
  verify: sessions.verify,
  version: manifest.version,
});

const migration = newestMigration('auth', new URL('../migrations/', import.meta.url));

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  drainSeconds: config.DRAIN_SECONDS,
  http: { fetch: app.fetch, port: config.PORT },
  start: async () => {
    await untilMigrated({ sql, log, migration });
    await publishKey(sql, signer);
    await sessions.start();
  },
  stop: async () => {
    await sessions.stop();
    await sql.end({ timeout: 5 });
  },
});
