import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { newestMigration, untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { Backlog } from './backlog.ts';
import { readConfig } from './config.ts';
import { DeletedAccounts } from './deleted-accounts.ts';
import { OutboxPublisher } from './outbox.ts';
import { ProgressFeed } from './progress-feed.ts';
import { Sweeper } from './sweeper.ts';

/** As old as the ranking may be. */
const CATALOGUE_KEPT_MS = 1000;

const config = readConfig();
const log = createLog('videos', config.LOG_LEVEL);
const registry = createRegistry('videos', manifest.version);
const sql = openConfiguredDatabase(config, 'videos');
const objects = new ObjectStore({
  bucket: config.S3_BUCKET,
  region: config.AWS_REGION,
  endpoint: config.S3_ENDPOINT,
  publicEndpoint: config.S3_PUBLIC_ENDPOINT,
});
const openQueue = (queueUrl: string) =>
  new JobQueue({ queueUrl, region: config.AWS_REGION, endpoint: config.SQS_ENDPOINT });
const queue = openQueue(config.SQS_QUEUE_URL);
const deadLetters = config.SQS_DEAD_LETTER_URL ? openQueue(config.SQS_DEAD_LETTER_URL) : undefined;
const sessions = new SessionCheck({
  sql,
  log,
  issuer: config.TOKEN_ISSUER,
  audience: config.TOKEN_AUDIENCE,
});
const outbox = new OutboxPublisher({ sql, queue, objects, log, registry });
const backlog = new Backlog({ sql, queue, deadLetters, log, registry });
const sweeper = new Sweeper({
  sql,
  queue,
  wakeOutbox: outbox.wake,
  log,
  registry,
  everySeconds: config.SWEEP_SECONDS,
});
const deletedAccounts = new DeletedAccounts({ sql, objects, log });
const progress = new ProgressFeed({ sql, log, registry });
const app = createApp({
  sql,
  queue,
  deadLetters,
  progress,
  log,
  registry,
  objects,
  verify: sessions.verify,
  wakeOutbox: outbox.wake,
  mediaBaseUrl: config.MEDIA_BASE_URL ?? `${config.PUBLIC_URL}/media`,
  catalogueKeptMs: CATALOGUE_KEPT_MS,
  trustedProxyHops: config.TRUSTED_PROXY_HOPS,
  corsOrigins: config.CORS_ORIGINS,
  maxUploadBytes: config.MAX_UPLOAD_MB * 1024 * 1024,
  maxDirectUploadBytes: config.MAX_DIRECT_UPLOAD_MB * 1024 * 1024,
  quota: { videos: config.MAX_VIDEOS, directUploads: config.MAX_DIRECT_UPLOADS },
});

const migration = newestMigration('videos', new URL('../migrations/', import.meta.url));

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  drainSeconds: config.DRAIN_SECONDS,
  // 100 MB over a phone's slow link take their time.
  http: { fetch: app.fetch, port: config.PORT, requestTimeoutMs: 60 * 60_000 },
  start: async () => {
    await untilMigrated({ sql, log, migration });
    await sessions.start();
    outbox.start();
    backlog.start();
    sweeper.start();
    deletedAccounts.start();
  },
  drain: () => progress.drain(),
  stop: async () => {
    backlog.stop();
    await sweeper.stop();
    await deletedAccounts.stop();
    await outbox.stop();
    await sessions.stop();
    await sql.end({ timeout: 5 });
    objects.close();
    queue.close();
    deadLetters?.close();
  },
});
