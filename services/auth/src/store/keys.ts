import type { ISql } from '@anb/service-kit/database';
import type { JWK } from 'jose';
import type { SigningKey } from '../signing-key.ts';

/** A key that was ever published; times are the database's. */
export interface KnownKey {
  kid: string;
  public_jwk: JWK;
  created_at: Date;
  used_at: Date | null;
  retired_at: Date | null;
  /** Seconds since it was published. */
  age: number;
  /** A replica has it to sign with. */
  is_signing: boolean;
  now: Date;
}

/** A replica notes what it signs with more often than this. */
const LATELY = '3 minutes';

/** The newest first. */
export async function knownKeys(sql: ISql): Promise<KnownKey[]> {
  return sql<KnownKey[]>`
    select kid, public_jwk, created_at, used_at, retired_at,
      extract(epoch from clock_timestamp() - created_at)::float8 as age,
      retired_at is null and coalesce(used_at > clock_timestamp() - ${LATELY}::interval, false) as is_signing,
      clock_timestamp() as now
    from auth.signing_keys
    order by created_at desc, kid desc`;
}

/** Makes keys known to every service; one that was retired stays so. */
export async function publishKeys(sql: ISql, keys: SigningKey[]): Promise<void> {
  const rows = keys.map(({ kid, publicJwk }) => ({
    kid,
    public_jwk: sql.json(publicJwk as Record<string, string>),
  }));
  await sql`
    insert into auth.signing_keys ${sql(rows)}
    on conflict (kid) do nothing`;
}

/** @returns false when it is retired, and must not sign */
export async function noteUse(sql: ISql, kid: string): Promise<boolean> {
  const rows = await sql`
    update auth.signing_keys
    set used_at = clock_timestamp()
    where kid = ${kid} and retired_at is null
    returning kid`;
  return rows.length === 1;
}

/**
 * Retires what a newer key has superseded, when nobody has signed with it for so long.
 * @returns their ids
 */
export async function retireSuperseded(sql: ISql, unusedSeconds: number): Promise<string[]> {
  const rows = await sql<{ kid: string }[]>`
    update auth.signing_keys as key
    set retired_at = clock_timestamp()
    where retired_at is null
      and coalesce(used_at, created_at) < clock_timestamp() - make_interval(secs => ${unusedSeconds})
      and exists (
        select from auth.signing_keys as newer
        where (newer.created_at, newer.kid) > (key.created_at, key.kid)
          and newer.retired_at is null
          and newer.used_at > clock_timestamp() - ${LATELY}::interval
      )
    returning kid`;
  return rows.map(({ kid }) => kid);
}

export type Retirement = 'retired' | 'no_such_key' | 'already_retired' | 'no_other_key';

/**
 * Retires a key at once, if another that is held goes on. Two at a time wait for each other, so that they can not
 * retire the last two.
 */
export async function retireKey(sql: ISql, kid: string, held: string[]): Promise<Retirement> {
  const [row] = await sql<{ known: boolean; open: boolean; others: boolean }[]>`
    with open as (
      select kid from auth.signing_keys
      where retired_at is null
      order by kid
      for update
    ), retired as (
      update auth.signing_keys
      set retired_at = clock_timestamp()
      where kid = ${kid}
        and kid in (select kid from open)
        and exists (select from open where kid <> ${kid} and kid = any(${held}))
    )
    select
      exists (select from auth.signing_keys where kid = ${kid}) as known,
      exists (select from open where kid = ${kid}) as open,
      exists (select from open where kid <> ${kid} and kid = any(${held})) as others`;
  if (!row?.known) return 'no_such_key';
  if (!row.open) return 'already_retired';
  return row.others ? 'retired' : 'no_other_key';
}
