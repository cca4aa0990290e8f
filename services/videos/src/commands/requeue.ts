import { openConfiguredDatabase } from '@anb/service-kit/database';
import { readEnv } from '@anb/service-kit/env';
import { createLog } from '@anb/service-kit/log';
import { connectionEnv } from '@anb/service-kit/service-env';
import { requeueUnfinished } from '../store/jobs.ts';

// For the day that the queue itself was lost, as the local stack's is at every stop: it lives in memory.
const config = readEnv(connectionEnv);
const log = createLog('videos');
const sql = openConfiguredDatabase(config, 'requeue');
try {
  log.info({ videos: await requeueUnfinished(sql) }, 'unfinished videos queued again');
} catch (error) {
  log.fatal({ err: error }, 'unfinished videos not queued');
  process.exitCode = 1;
} finally {
  await sql.end();
}
