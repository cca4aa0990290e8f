import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCloud } from '@anb/embedded/cloud';
import { freePorts } from '@anb/embedded/ports';
import { startPostgres } from '@anb/embedded/postgres';
import { migrate } from '@anb/migrate';
import { openDatabase } from '@anb/service-kit/database';
import type { TestProject } from 'vitest/node';
import { recorderOption } from './call-recorder.ts';
import { removeBuckets, removeQueues } from './elsewhere.ts';
import { PASSWORD, passwords } from './logins.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    s3Endpoint: string;
    sqsEndpoint: string;
    /** Where the names of this run's buckets and queues begin. */
    namePrefix: string;
  }
}

/** Every test file's database is a copy of this one. */
export const TEMPLATE = 'anb_template';

const portalBuild = fileURLToPath(new URL('../../../services/portal/build.ts', import.meta.url));

/** One Postgres, S3 and SQS for the run, and one build of the portal. Other S3 and SQS servers are used where the environment names them. */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'anb-test-'));
  chmodSync(folder, 0o755); // Postgres runs as another user when the tests run as root.
  process.env.TEST_LOGS = join(folder, 'logs');
  mkdirSync(process.env.TEST_LOGS);
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${recorderOption(process.env.TEST_LOGS)}`;
  // Neither files nor names of tests were asked for.
  if (process.argv.slice(2).every((word) => word === 'run')) process.env.TEST_IS_WHOLE = 'yes';
  // Half of what a program takes to start is the reading of its TypeScript, and a run starts hundreds.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compile-cache');
  const portalBuilt = promisify(execFile)(process.execPath, [portalBuild]);
  const [databasePort = 0, cloudPort = 0] = await freePorts(2);
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: databasePort,
    password: PASSWORD,
    // Nobody needs these data after a crash.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  const cloud = await startCloud({ folder: join(folder, 'objects'), port: cloudPort });
  await Promise.all([makeTemplate(postgres.url), portalBuilt]);

  const { TEST_S3_ENDPOINT, TEST_SQS_ENDPOINT } = process.env;
  const namePrefix = `test-${randomBytes(4).toString('hex')}-`;
  project.provide('databaseUrl', postgres.url);
  project.provide('s3Endpoint', TEST_S3_ENDPOINT ?? cloud.endpoint);
  project.provide('sqsEndpoint', TEST_SQS_ENDPOINT ?? cloud.endpoint);
  project.provide('namePrefix', namePrefix);
  return async () => {
    await cloud.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
    if (TEST_S3_ENDPOINT) await removeBuckets(TEST_S3_ENDPOINT, namePrefix);
    if (TEST_SQS_ENDPOINT) await removeQueues(TEST_SQS_ENDPOINT, namePrefix);
  };
}

async function makeTemplate(url: string): Promise<void> {
  const server = openDatabase({ url, max: 1, applicationName: 'testing', patient: true });
  await server`create database ${server(TEMPLATE)}`;
  await server.end();
  const template = openDatabase({
    url: url.replace(/postgres$/, TEMPLATE),
    max: 1,
    applicationName: 'testing',
    patient: true,
  });
  await migrate({ sql: template, passwords, report: () => {} });
  await template.end();
}
