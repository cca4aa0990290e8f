import type { ISql, Sql } from '@anb/service-kit/database';
import { endSessions } from './sessions.ts';

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
  accepted_terms_version: string | null;
  /** Who accepted them for a minor. */
  guardian_name: string | null;
}

export interface Credentials {
  id: number;
  role: string;
  password_hash: string;
}

export type ProfileChange = Partial<
  Pick<NewUser, 'first_name' | 'last_name' | 'name_key' | 'city' | 'city_key' | 'country'>
>;

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

/**
 * With the mail that has its address verified. The unique index decides when two people sign up with one e-mail at
 * once: false for all but one.
 */
export async function createUser(sql: ISql, user: NewUser): Promise<boolean> {
  const rows = await sql`
    with account as (
      insert into auth.users ${sql(user)}
      on conflict do nothing
      returning id
    )
    insert into auth.mails (user_id, kind)
    select id, 'verify_email' from account
    returning id`;
  return rows.length === 1;
}

export async function findUserId(sql: ISql, email: string): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id
    from auth.users
    where lower(email) = lower(${email})`;
  return row?.id;
}

/** Until it is, anybody may have signed up with it. */
export async function isEmailVerified(sql: ISql, email: string): Promise<boolean> {
  const rows = await sql`select from auth.users where lower(email) = lower(${email}) and email_verified`;
  return rows.length === 1;
}

export async function findPasswordHash(sql: ISql, userId: number): Promise<string | undefined> {
  const [row] = await sql<{ password_hash: string }[]>`
    select password_hash
    from auth.users
    where id = ${userId} and deleted_at is null`;
  return row?.password_hash;
}

export type RoleOutcome = 'set' | 'has_it_already' | 'no_such_account';

/** Ends the account's sessions, or their tokens would go on saying what it was, and leaves a trace. */
export async function setRole(sql: Sql, email: string, role: Role): Promise<RoleOutcome> {
  return sql.begin(async (transaction) => {
    const [account] = await transaction<{ id: number; is_changed: boolean }[]>`
      with account as (
        select id, role
        from auth.users
        where lower(email) = lower(${email})
        for update
      ), changed as (
        update auth.users set role = ${role}
        where id in (select id from account where role <> ${role})
      ), noted as (
        insert into auth.audit (action, subject_id, detail)
        select 'role', id, jsonb_build_object('before', role, 'after', ${role}::text)
        from account
        where role <> ${role}
      )
      select id, role <> ${role} as is_changed from account`;
    if (!account) return 'no_such_account';
    if (!account.is_changed) return 'has_it_already';
    // In a statement of its own, which sees the sessions that began while the account was waited for.
    await endSessions(transaction, account.id, 'role');
    return 'set';
  });
}

export async function findProfile(sql: ISql, userId: number): Promise<Profile | undefined> {
  const [row] = await sql<Profile[]>`
    select ${sql(profileColumns)}
    from auth.users
    where id = ${userId} and deleted_at is null`;
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
    where id = ${userId} and deleted_at is null
    returning ${sql(profileColumns)}`;
  return row;
}
