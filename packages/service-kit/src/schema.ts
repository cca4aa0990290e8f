import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from './database.ts';
import { explainDatabaseError } from './database-problem.ts';
import type { Logger } from './log.ts';

const POLL_MS = 500;
const SAY_EVERY_MS = 10_000;

/** The last migration in a folder, by the name under which it is noted in the database: auth/0001_accounts.sql */
export function newestMigration(schema: string, folder: URL): string {
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .at(-1);
  if (!newest) throw new Error(`there is no migration in ${folder.pathname}`);
  return `${schema}/${newest}`;
}

export interface SchemaWait {
  sql: Sql;
  log: Logger;
  migration: string;
}

/** Waits until the migration is applied, as long as it takes: a program must not run on an older schema. */
export async function untilMigrated({ sql, log, migration }: SchemaWait): Promise<void> {
  let said: number | undefined;
  for (;;) {
    const reason = await whyNotMigrated(sql, migration);
    if (!reason) break;
    if (said === undefined || performance.now() - said >= SAY_EVERY_MS) {
      log.warn({ migration, reason }, 'waiting for a migration of the database');
      said = performance.now();
    }
    await sleep(POLL_MS);
  }
  if (said !== undefined) log.info({ migration }, 'the migration is there; going on');
}

async function whyNotMigrated(sql: Sql, migration: string): Promise<string | undefined> {
  try {
    const [applied] = await sql`select from migrate.applied_file where file = ${migration}`;
    return applied ? undefined : 'not applied yet; node packages/migrate/src/main.ts applies it';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // No such view, or no right to its schema: nothing has been migrated there, or by an older release only.
    if (code === '42P01' || code === '42501')
      return 'the database was never migrated; node packages/migrate/src/main.ts does';
    return explainDatabaseError(error, sql) ?? message;
  }
}
