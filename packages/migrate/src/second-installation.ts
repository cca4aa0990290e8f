import type { Sql } from '@anb/service-kit/database';
import { MigrationRefused } from './migrate.ts';

/**
 * Logins are the server's, not the database's: a second installation would set their passwords anew and lock out
 * the first. An installation that is there already goes on, whatever lies beside it.
 * @throws MigrationRefused when the first run in a database finds the logins in another one's service
 */
export async function refuseSecondInstallation(sql: Sql): Promise<void> {
  const served = await sql<{ name: string; isOwn: boolean }[]>`
    select datname as name, datname = current_database() as "isOwn" from pg_database
    where exists (
      select from aclexplode(datacl) granted join pg_roles on pg_roles.oid = granted.grantee
      where rolname = 'anb_auth')`;
  const [other] = served;
  if (!other || served.some(({ isOwn }) => isOwn)) return;
  throw new MigrationRefused(
    `The logins of this server (anb_auth, …) serve the database "${other.name}" already, and would get other passwords. ` +
      `Give this installation a Postgres server of its own, or drop "${other.name}" when nobody needs it any more.`,
  );
}
