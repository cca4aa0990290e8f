import { openConfiguredDatabase } from '@anb/service-kit/database';
import { readEnv } from '@anb/service-kit/env';
import { connectionEnv } from '@anb/service-kit/service-env';
import { requeueUnfinished } from '../store/jobs.ts';
import { runCommand } from './command.ts';

// For the day that the queue itself was lost, as the local stack's is at every stop: it lives in memory.
await runCommand('requeue', async () => {
  const sql = openConfiguredDatabase(readEnv(connectionEnv), 'requeue');
  const videos = await requeueUnfinished(sql);
  await sql.end();
  return { outcome: { videos } };
});
