import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '@anb/embedded/cloud';
import { freePorts } from '@anb/embedded/ports';
import { startPostgres } from '@anb/embedded/postgres';
import { migrate, type Role } from '@anb/migrate';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { PASSWORD, passwords, urlAs } from '@anb/testing/logins';

const BUCKET = 'bench';
const REGION = 'us-east-1';

export interface Platform {
  /** Gone when the bench ends. */
  folder: string;
  admin: Sql;
  databaseUrl: (role: Role) => string;
  /** As services read them. */
  env: Record<'AWS_REGION' | 'S3_BUCKET' | 'S3_ENDPOINT' | 'SQS_ENDPOINT' | 'SQS_QUEUE_URL', string> &
    Record<string, string>;
}

/** Runs a measurement beside a Postgres, S3 and SQS of its own, with every safety of a real one on. */
export async function withPlatform<T>(measure: (platform: Platform) => Promise<T>): Promise<T> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'anb-bench-'));
  chmodSync(folder, 0o755);
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [databasePort = 0, cloudPort = 0] = await freePorts(2);
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: databasePort,
    password: PASSWORD,
  });
  undo.defer(postgres.stop);
  const cloud = await startCloud({
    folder: join(folder, 'objects'),
    port: cloudPort,
    bucket: BUCKET,
    queue: { name: 'transcode', visibilitySeconds: 30 },
  });
  undo.defer(cloud.stop);

  const credentials = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' };
  Object.assign(process.env, credentials);
  const admin = openDatabase({ url: postgres.url, max: 1, applicationName: 'bench', patient: true });
  undo.defer(() => admin.end({ timeout: 1 }));
  await migrate({ sql: admin, passwords, report: () => {} });

  return await measure({
    folder,
    admin,
    databaseUrl: (role) => urlAs(role, postgres.url),
    env: {
      ...credentials,
      AWS_REGION: REGION,
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: cloud.endpoint,
      SQS_ENDPOINT: cloud.endpoint,
      SQS_QUEUE_URL: cloud.queueUrl,
    },
  });
}
