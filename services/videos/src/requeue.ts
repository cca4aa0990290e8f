import { openDatabase } from '@anb/service-kit/database';
import { databaseUrl, readEnv } from '@anb/service-kit/env';
import { createLog } from '@anb/service-kit/log';
import { requeueUnfinished } from './store.ts';

// For the day that the queue itself was lost, as the local stack's is at every stop: it lives in memory.
const config = readEnv({ DATABASE_URL: databaseUrl() });
const log = createLog('videos');
const sql = openDatabase({ url: config.DATABASE_URL, max: 1, applicationName: 'requeue' });
try {
  log.info({ videos: await requeueUnfinished(sql) }, 'unfinished videos queued again');
} catch (error) {
  log.fatal({ err: error }, 'unfinished videos not queued');
  process.exitCode = 1;
} finally {
  await sql.end();
}
