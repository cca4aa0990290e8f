import type { Sql } from '@anb/service-kit/database';
import { MigrationRefused } from './migrate.ts';

export interface OtherInstallation {
  /** The database to migrate. */
  sql: Sql;
  /** Opens another one of the same server, as anb_auth with the password that it is to have. */
  open: (database: string) => Sql;
}

/**
 * Logins are the server's, not the database's: setting their passwords would lock out an installation in another
 * database, unless it has the same.
 * @throws MigrationRefused when it has others
 */
export async function refuseOtherInstallation({ sql, open }: OtherInstallation): Promise<void> {
  const others = await sql<{ name: string }[]>`
    select datname as name from pg_database
    where datname <> current_database() and datallowconn and exists (
      select from aclexplode(datacl) granted join pg_roles on pg_roles.oid = granted.grantee
      where rolname = 'anb_auth')`;
  for (const { name } of others) {
    const other = open(name);
    try {
      await other`select 1`;
    } catch (error) {
      if ((error as { code?: string }).code !== '28P01') throw error;
      throw new MigrationRefused(
        `The logins of this server (anb_auth, …) serve the database "${name}" already, with other passwords, which ` +
          'would stop working there. Give this installation a Postgres server of its own, or both the same passwords.',
      );
    } finally {
      await other.end();
    }
  }
}
