import { openConfiguredDatabase, type Sql } from '@anb/service-kit/database';
import { readEnv, url } from '@anb/service-kit/env';
import { createLog, type Logger } from '@anb/service-kit/log';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { connectionEnv, objectsEnv, queueEnv } from '@anb/service-kit/service-env';

/**
 * Runs a command with a database: its outcome on stdout as one line of JSON, its log too; exit 1 when it throws, 2 when
 * it is given arguments, for what they ask it would not do.
 */
export async function runCommand(
  name: string,
  command: (log: Logger) => Promise<{ outcome: object; isGood?: boolean }>,
): Promise<void> {
  if (process.argv.length > 2) {
    process.stderr.write(`${name} takes no arguments; services/videos/README.md tells its variables\n`);
    process.exit(2);
  }
  const log = createLog(`videos-${name}`);
  try {
    const { outcome, isGood = true } = await command(log);
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    process.exitCode = isGood ? 0 : 1;
  } catch (error) {
    log.fatal({ err: error }, `${name} broke off`);
    process.exitCode = 1;
  }
}

/** As the service has them. */
export function openForCommand(name: string) {
  const config = readEnv({ ...connectionEnv, ...objectsEnv });
  const sql: Sql = openConfiguredDatabase(config, name);
  const objects = new ObjectStore({
    bucket: config.S3_BUCKET,
    region: config.AWS_REGION,
    endpoint: config.S3_ENDPOINT,
  });
  return {
    sql,
    objects,
    close: async () => {
      await sql.end();
      objects.close();
    },
  };
}

export function openQueues() {
  const { AWS_REGION: region, ...config } = readEnv({
    AWS_REGION: objectsEnv.AWS_REGION,
    ...queueEnv,
    SQS_DEAD_LETTER_URL: url(),
  });
  const open = (queueUrl: string) => new JobQueue({ queueUrl, region, endpoint: config.SQS_ENDPOINT });
  return { queue: open(config.SQS_QUEUE_URL), deadLetters: open(config.SQS_DEAD_LETTER_URL) };
}
