import { openConfiguredChallenge } from '@anb/service-kit/challenge';
import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { newestMigration, untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { KeyRing } from './key-ring.ts';
import { MailPublisher } from './mail-publisher.ts';
import { createMailSender } from './mail-sender.ts';
import { createPasswords } from './passwords.ts';
import { Upkeep } from './upkeep.ts';

const config = readConfig();
const log = createLog('auth', config.LOG_LEVEL);
const registry = createRegistry('auth', manifest.version);
const sql = openConfiguredDatabase(config, 'auth');
const token = { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE };
const signer = new KeyRing({
  ...token,
  sql,
  log,
  folder: config.SIGNING_KEYS_DIR,
  waitSeconds: config.KEY_WAIT_SECONDS,
});
const sessions = new SessionCheck({ ...token, sql, log });
const passwords = await createPasswords(config.HASH_CONCURRENCY);
const mails = new MailPublisher({
  sql,
  log,
  registry,
  publicUrl: config.PUBLIC_URL,
  send: createMailSender({
    url: config.MAIL_URL,
    username: config.MAIL_USERNAME,
    passwordFile: config.MAIL_PASSWORD_FILE,
    from: config.MAIL_FROM,
    log,
  }),
});
const app = createApp({
  sql,
  log,
  registry,
  signer,
  passwords,
  verify: sessions.verify,
  trustedProxyHops: config.TRUSTED_PROXY_HOPS,
  corsOrigins: config.CORS_ORIGINS,
  version: manifest.version,
  publicUrl: config.PUBLIC_URL,
  challenge: openConfiguredChallenge(config, log),
});
const upkeep = new Upkeep(sql, log);

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
    await signer.start();
    await sessions.start();
    mails.start();
    upkeep.start();
  },
  stop: async () => {
    await upkeep.stop();
    await mails.stop();
    await signer.stop();
    await sessions.stop();
    await sql.end({ timeout: 5 });
  },
});
