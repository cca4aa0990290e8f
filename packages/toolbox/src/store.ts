import type { ISql } from '@anb/service-kit/database';

export interface Server {
  version: string;
  maxConnections: number;
  /** Kept for superusers and the like. */
  reserved: number;
  /** Open now, by anybody. */
  connections: number;
}

export async function readServer(sql: ISql): Promise<Server> {
  const [server] = await sql<Server[]>`
    select
      current_setting('server_version') as version,
      current_setting('max_connections')::integer as "maxConnections",
      current_setting('superuser_reserved_connections')::integer
        + coalesce(current_setting('reserved_connections', true), '0')::integer as reserved,
      (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections`;
  if (!server) throw new Error('the server told nothing about itself');
  return server;
}

export async function appliedMigrations(sql: ISql): Promise<Set<string>> {
  const rows = await sql<{ file: string }[]>`select file from migrate.applied_file`;
  return new Set(rows.map(({ file }) => file));
}

/** Milliseconds since 1970 by the database's clock. */
export async function readClock(sql: ISql): Promise<number> {
  const [row] = await sql<{ at: Date }[]>`select clock_timestamp() as at`;
  return row?.at.getTime() ?? 0;
}
