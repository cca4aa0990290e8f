import { readMigrations } from '@anb/migrate';
import { openConfiguredDatabase, type Sql } from '@anb/service-kit/database';
import { explainDatabaseError } from '@anb/service-kit/database-problem';
import type { DoctorConfig } from '../config.ts';
import { type Finding, fail, ok, reasonOf } from '../finding.ts';
import { appliedMigrations, readClock, readServer, type Server } from '../store.ts';

/** Sign-ins, leases and signed addresses bear a few seconds between two clocks. */
const MAX_SKEW_MS = 5000;
const MIGRATE = 'Run node packages/migrate/src/main.ts, or see why the migrate Job failed.';

export async function* checkDatabase(config: DoctorConfig): AsyncGenerator<Finding> {
  const sql = openConfiguredDatabase(config, 'doctor');
  try {
    const server = await readServer(sql);
    const { host, port, user, database } = sql.options;
    yield ok('database', `PostgreSQL ${server.version} at ${host[0]}:${port[0]}/${database}, as ${user}`);
    yield await migrations(sql);
    yield connections(server, config.CONNECTION_BUDGET);
    yield await clock(sql);
  } catch (error) {
    yield fail('database', explainDatabaseError(error, sql) ?? reasonOf(error));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function migrations(sql: Sql): Promise<Finding> {
  const what = 'migrations';
  const wanted = readMigrations().map(({ file }) => file);
  const applied = await appliedMigrations(sql).catch((error) => {
    if (error.code === '42P01' || error.code === '42501' || error.code === '3F000') return null;
    throw error;
  });
  if (!applied) return fail(what, `The database was never migrated. ${MIGRATE}`);
  const missing = wanted.filter((file) => !applied.has(file));
  if (missing.length > 0) return fail(what, `not applied: ${missing.join(', ')}. ${MIGRATE}`);
  const newer = applied.size - wanted.length;
  return ok(what, `all ${wanted.length} applied${newer > 0 ? `, and ${newer} of a newer release` : ''}`);
}

function connections({ maxConnections, reserved, connections: open }: Server, budget?: number): Finding {
  const free = maxConnections - reserved;
  const state = `${open} open, max_connections ${maxConnections}, ${reserved} of them reserved`;
  if (budget === undefined) return ok('connections', state);
  if (budget <= free) return ok('connections', `${state}; the pools take ${budget} at most`);
  return fail(
    'connections',
    `The pools may take ${budget}, but only ${free} are there (${state}). ` +
      'Lower the pools or the greatest numbers of replicas, or raise max_connections.',
  );
}

async function clock(sql: Sql): Promise<Finding> {
  const before = Date.now();
  const database = await readClock(sql);
  return judgeClock(database - (before + Date.now()) / 2);
}

/** @param skewMs how far the database's clock is ahead of this one */
export function judgeClock(skewMs: number): Finding {
  const apart = `the database is ${Math.abs(Math.round(skewMs))} ms ${skewMs < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('clock', apart);
  return fail('clock', `${apart}, more than ${MAX_SKEW_MS}. See to the time service (NTP) of the node.`);
}
