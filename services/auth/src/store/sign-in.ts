import type { ISql } from '@anb/service-kit/database';
import { type NewSession, startSession } from './sessions.ts';
import type { Credentials } from './users.ts';

/** So many failures without delay, and so many forgiven an hour once the delay is over. */
export interface Leniency {
  free: number;
  perHour: number;
}

export interface Leniencies {
  account: Leniency;
  address: Leniency;
}

/** What a failure counts for; `address` is null where the account knows the place or the address. */
export interface CountedFor {
  address: string | null;
  account: string;
}

/** How things stand before a password is judged. */
export interface Standing {
  countedFor: CountedFor;
  /** Seconds; 0 when the password may be judged. */
  wait: number;
  limitedBy: string;
  /** Whose password is to be compared. */
  known: Credentials | undefined;
  /** A right password has nothing to forget, and no place to make known. */
  isClean: boolean;
}

interface Row extends Partial<Credentials> {
  address_key: string | null;
  account_key: string;
  address_wait: number;
  account_wait: number;
  is_crowded: boolean;
  is_clean: boolean;
}

/**
 * A thief of the password could begin more sessions than can be ended. Those that a new password has ended do not count:
 * they were the thief's, and are no reason to keep the owner out.
 */
const SESSIONS_AN_HOUR = 200;

/**
 * A failure counts for the address and for the account, which an e-mail stands for that nobody has. Where the account
 * knows the place, or else the address, it counts for the two together alone.
 */
export async function readStanding(
  sql: ISql,
  { email, address, place }: { email: string; address: string; place: string },
  leniencies: Leniencies,
): Promise<Standing> {
  const [row] = await sql<[Row]>`
    select attempt.id, attempt.role, attempt.password_hash, attempt.address_key, attempt.account_key,
      ${waitOf(sql, 'by_address', leniencies.address)} as address_wait,
      ${waitOf(sql, 'by_account', leniencies.account)} as account_wait,
      (
        select count(*) = ${SESSIONS_AN_HOUR}
        from (
          select from auth.sessions
          where user_id = attempt.id and created_at > now() - interval '1 hour'
            and end_reason is distinct from 'password'
          limit ${SESSIONS_AN_HOUR}
        ) lately
      ) as is_crowded,
      by_account.key is null and coalesce(attempt.is_fresh, false) as is_clean
    from (
      select account.id, account.role, account.password_hash, known.is_fresh,
        case when known.address_hash is null then 'sign_in_address:' || ${address} end as address_key,
        'sign_in_account:'
          || encode(coalesce(known.address_hash, sha256(convert_to(given.email, 'UTF8'))), 'hex') as account_key
      from (values (lower(${email}))) as given (email)
      left join auth.users account on lower(account.email) = given.email
      left join lateral (
        select address_hash, is_place and seen_at > now() - interval '1 day' as is_fresh
        from auth.known_addresses
        cross join lateral (select address_hash = auth.address_hash_v1(account.id, ${place})) as by (is_place)
        where user_id = account.id and seen_at > now() - interval '90 days'
          and (is_place or address_hash = auth.address_hash_v1(account.id, ${address}))
        order by is_place desc
        limit 1
      ) as known on true
    ) as attempt
    left join auth.throttles by_address on by_address.key = attempt.address_key
    left join auth.throttles by_account on by_account.key = attempt.account_key`;
  const { id, role, password_hash, address_wait } = row;
  const account_wait = row.is_crowded ? Math.max(60, row.account_wait) : row.account_wait;
  return {
    countedFor: { address: row.address_key, account: row.account_key },
    wait: address_wait > 0 ? address_wait : account_wait,
    limitedBy: address_wait > 0 ? 'sign_in_address' : 'sign_in_account',
    known: id && role && password_hash !== undefined ? { id, role, password_hash } : undefined,
    isClean: row.is_clean,
  };
}

const waitOf = (sql: ISql, throttle: string, { free }: Leniency) => sql`
  coalesce(greatest(0, auth.attempt_delay_v1(${sql(throttle)}.level, ${free})
    - extract(epoch from clock_timestamp() - ${sql(throttle)}.at)::double precision), 0)`;

/** Whoever takes both locks takes the address' first. */
export async function countFailure(
  sql: ISql,
  { address, account }: CountedFor,
  leniencies: Leniencies,
): Promise<void> {
  const count = (key: string, { free, perHour }: Leniency) =>
    sql`auth.count_failure_v1(${key}, ${free}, ${perHour})`;
  await (address === null
    ? sql`select ${count(account, leniencies.account)}`
    : sql`select ${count(address, leniencies.address)}, ${count(account, leniencies.account)}`);
}

/**
 * The password was right: the session begins, the account's failures are forgotten, and the place is known. Of the
 * address' failures none is forgotten, or whoever has one account could try all others'.
 * @returns the account's role; undefined when it is not its password any more
 */
export async function endSignIn(
  sql: ISql,
  { countedFor, isClean }: Standing,
  { session, place }: { session: NewSession; place: string },
): Promise<string | undefined> {
  const [row] = await sql<{ role: string }[]>`
    with ${startSession(sql, session)}${
      isClean
        ? sql`select role from holder`
        : sql`, forgotten as (
            delete from auth.throttles
            using holder
            where key = ${countedFor.account}
          )
          select role, auth.know_address_v1(id, ${place}) from holder`
    }`;
  return row?.role;
}

/** Whoever proved by other means to be the account's owner signs in from here whatever others have failed. */
export async function knowAddress(sql: ISql, userId: number, address: string): Promise<void> {
  await sql`
    with forgotten as (
      delete from auth.throttles
      where key = 'sign_in_account:' || encode(auth.address_hash_v1(${userId}, ${address}), 'hex')
    )
    select auth.know_address_v1(${userId}, ${address})`;
}

/** Unless it has been changed meanwhile. */
export async function replacePasswordHash(
  sql: ISql,
  userId: number,
  from: string,
  to: string,
): Promise<void> {
  await sql`
    update auth.users
    set password_hash = ${to}
    where id = ${userId} and password_hash = ${from}`;
}
