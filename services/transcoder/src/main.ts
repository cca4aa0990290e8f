import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import manifest from '../package.json' with { type: 'json' };
import { readConfig } from './config.ts';
import { detectConfinement } from './confine.ts';
import { removeLeftovers } from './scratch.ts';
import { MIGRATION } from './store.ts';
import { Worker } from './worker.ts';

const config = readConfig();
const log = createLog('transcoder', config.LOG_LEVEL);
const registry = createRegistry('transcoder', manifest.version);
const sql = openConfiguredDatabase(config, 'transcoder');
const objects = new ObjectStore({
  bucket: config.S3_BUCKET,
  region: config.AWS_REGION,
  endpoint: config.S3_ENDPOINT,
});
const queue = new JobQueue({
  queueUrl: config.SQS_QUEUE_URL,
  region: config.AWS_REGION,
  endpoint: config.SQS_ENDPOINT,
});
const worker = new Worker({
  sql,
  objects,
  queue,
  log,
  registry,
  visibilitySeconds: config.VISIBILITY_SECONDS,
  drainSeconds: config.DRAIN_SECONDS,
  programs: { ffmpeg: config.FFMPEG_PATH, ffprobe: config.FFPROBE_PATH },
  scratchDir: config.SCRATCH_DIR,
});

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  start: async () => {
    const { missing } = await detectConfinement();
    if (missing.length) log.warn({ missing }, 'ffmpeg runs less confined than it could be');
    await removeLeftovers(config.SCRATCH_DIR);
    await untilMigrated({ sql, log, migration: MIGRATION });
    worker.start();
  },
  stop: async () => {
    await worker.stop();
    await sql.end({ timeout: 5 });
    objects.close();
    queue.close();
  },
});
