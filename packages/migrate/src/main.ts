import { openDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { readConfig } from './config.ts';
import { migrate } from './migrate.ts';

const config = readConfig();
const log = createLog('migrate');
const sql = openDatabase({ url: config.DATABASE_URL, max: 1, applicationName: 'migrate' });
try {
  await migrate({
    sql,
    passwords: {
      anb_auth: config.AUTH_DB_PASSWORD,
      anb_videos: config.VIDEOS_DB_PASSWORD,
      anb_votes: config.VOTES_DB_PASSWORD,
      anb_transcoder: config.TRANSCODER_DB_PASSWORD,
    },
    report: (line) => log.info(line),
  });
  log.info('the database is up to date');
} catch (error) {
  log.fatal({ err: error }, 'migration failed');
  process.exitCode = 1;
} finally {
  await sql.end();
}
