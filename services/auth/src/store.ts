import type { ISql } from '@anb/service-kit/database';
import type { JWK } from 'jose';

export const roles = ['player', 'organiser'] as const;
export type Role = (typeof roles)[number];

export interface Profile {
  id: number;
  first_name: string;
  last_name: string;
  email: string;
  email_verified: boolean;
  city: string;
  country: string;
  role: string;
  created_at: Date;
  updated_at: Date;
}

export interface NewUser {
  first_name: string;
  last_name: string;
  name_key: string;
  city: string;
  city_key: string;
  country: string;
  email: string;
  password_hash: string;
  accepted_terms_at: Date | null;
}

export interface Credentials {
  id: number;
  role: string;
  password_hash: string;
}

export type ProfileChange = Partial<
  Pick<NewUser, 'first_name' | 'last_name' | 'name_key' | 'city' | 'city_key' | 'country'>
>;

/** Seconds that a session lasts without being refreshed. */
const SESSION_SECONDS = 30 * 24 * 3600;

const profileColumns = [
  'id',
  'first_name',
  'last_name',
  'email',
  'email_verified',
  'city',
  'country',
  'role',
  'created_at',
  'updated_at',
] as const;

/** The unique index decides when two people sign up with one e-mail at once: false for all but one. */
export async function createUser(sql: ISql, user: NewUser): Promise<boolean> {
  const rows = await sql`
    insert into auth.users ${sql(user)}
    on conflict do nothing
    returning id`;
  return rows.length === 1;
}

export async function findCredentials(sql: ISql, email: string): Promise<Credentials | undefined> {
  const [row] = await sql<Credentials[]>`
    select id, role, password_hash
    from auth.users
    where lower(email) = lower(${email})`;
  return row;
}

/**
 * Ends the account's sessions, or their tokens would go on saying what it was.
 * @returns false when there is no such account
 */
export async function setRole(sql: ISql, email: string, role: Role): Promise<boolean> {
  const rows = await sql`
    with account as (
      update auth.users set role = ${role}
      where lower(email) = lower(${email})
      returning id
    ), ended as (
      update auth.sessions set ended_at = now()
      where user_id in (select id from account) and ended_at is null
    )
    select id from account`;
  return rows.length === 1;
}

export async function findProfile(sql: ISql, userId: number): Promise<Profile | undefined> {
  const [row] = await sql<Profile[]>`
    select ${sql(profileColumns)}
    from auth.users
    where id = ${userId}`;
  return row;
}

export async function changeProfile(
  sql: ISql,
  userId: number,
  change: ProfileChange,
): Promise<Profile | undefined> {
  const [row] = await sql<Profile[]>`
    update auth.users
    set ${sql({ ...change, updated_at: new Date() })}
    where id = ${userId}
    returning ${sql(profileColumns)}`;
  return row;
}

/** Begins a session with its first refresh token; answers the session's id. */
export async function startSession(sql: ISql, userId: number, refreshTokenHash: Buffer): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    with session as (
      insert into auth.sessions (user_id, expires_at)
      values (${userId}, now() + make_interval(secs => ${SESSION_SECONDS}))
      returning id
    ), token as (
      insert into auth.refresh_tokens (token_hash, session_id)
      select ${refreshTokenHash}, id from session
    )
    select id from session`;
  if (!row) throw new Error('the session was not stored');
  return row.id;
}

/** From the next read of auth.ended_session (every second) the session's tokens are refused everywhere. */
export async function endSession(sql: ISql, sessionId: string): Promise<void> {
  await sql`
    update auth.sessions
    set ended_at = now()
    where id = ${sessionId} and ended_at is null`;
}

/** Makes the key known to every service. */
export async function publishKey(
  sql: ISql,
  { kid, publicJwk }: { kid: string; publicJwk: JWK },
): Promise<void> {
  await sql`
    insert into auth.signing_keys (kid, public_jwk)
    values (${kid}, ${sql.json(publicJwk as Record<string, string>)})
    on conflict (kid) do nothing`;
}

export async function publishedKeys(sql: ISql): Promise<JWK[]> {
  const rows = await sql<{ public_jwk: JWK }[]>`select public_jwk from auth.public_key order by kid`;
  return rows.map(({ public_jwk }) => public_jwk);
}
