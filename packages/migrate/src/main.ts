import { openConfiguredDatabase } from '@anb/service-kit/database';
import { explainDatabaseError } from '@anb/service-kit/database-problem';
import { createLog } from '@anb/service-kit/log';
import { readConfig } from './config.ts';
import { MigrationRefused, migrate } from './migrate.ts';
import { untilReachable } from './reachable.ts';
import { refuseSecondInstallation } from './second-installation.ts';

const config = readConfig();
const log = createLog('migrate');
const sql = openConfiguredDatabase(config, 'migrate', { patient: true });
try {
  await untilReachable({
    sql,
    seconds: config.DATABASE_WAIT_SECONDS,
    report: (line) => log.warn(line),
  });
  await refuseSecondInstallation(sql);
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
  const explained = error instanceof MigrationRefused ? error.message : explainDatabaseError(error, sql);
  if (explained) log.fatal(explained);
  else log.fatal({ err: error }, 'migration failed');
  process.exitCode = 1;
} finally {
  await sql.end({ timeout: 5 });
}
