import type { ISql, Sql } from '@anb/service-kit/database';

const BATCH = 1000;

/** Rows that mean nothing any more, a batch each; `auth.ended_session` shows what ended for 65 minutes. */
const stale = [
  // Whatever was used up has sunk by then.
  (sql: ISql) => sql`
    delete from auth.throttles
    where key in (select key from auth.throttles where at < now() - interval '2 days' limit ${BATCH})`,
  (sql: ISql) => sql`
    delete from auth.known_addresses
    where (user_id, address_hash) in (
      select user_id, address_hash from auth.known_addresses
      where seen_at < now() - interval '90 days'
      limit ${BATCH}
    )`,
  (sql: ISql) => sql`
    delete from auth.email_codes
    where id in (select id from auth.email_codes where expires_at < now() limit ${BATCH})`,
  (sql: ISql) => sql`
    delete from auth.password_resets
    where token_hash in (select token_hash from auth.password_resets where expires_at < now() limit ${BATCH})`,
  (sql: ISql) => sql`
    delete from auth.former_accounts
    where user_id in (
      select user_id from auth.former_accounts
      where deleted_at < now() - interval '1 year'
      limit ${BATCH}
    )`,
  (sql: ISql) => sql`
    delete from auth.sessions
    where id in (
      select id from auth.sessions
      where ended_at < now() - interval '90 minutes' or expires_at < now() - interval '90 minutes'
      limit ${BATCH}
    )`,
];

/** @returns how many rows went; none while another replica is at it */
export async function removeStale(sql: Sql, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const remove of stale) {
    for (let count = BATCH; count === BATCH && !signal.aborted; removed += count) {
      count = await sql.begin(async (transaction) => {
        const [lock] = await transaction<{ mine: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended('auth.upkeep', 0)) as mine`;
        return lock?.mine ? (await remove(transaction)).count : 0;
      });
    }
  }
  return removed;
}
