import { count, readEnv } from '@anb/service-kit/env';
import { cleanUp } from '../clean-up.ts';
import { openForCommand, runCommand } from './command.ts';

// Removes abandoned uploads and what is left of videos that nothing accounts for; meant to run every hour.
const { ABANDONED_HOURS: hours } = readEnv({ ABANDONED_HOURS: count(0, 720).default(24) });

await runCommand('clean-up', async (log) => {
  const { sql, objects, close } = openForCommand('clean-up');
  const outcome = await cleanUp({ sql, objects, log, hours });
  await close();
  return { outcome };
});
