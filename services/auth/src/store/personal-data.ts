import type { ISql, Sql } from '@anb/service-kit/database';
import { queueFarewell } from './mails.ts';
import { endSessions } from './sessions.ts';

/** All that is stored about a person; times in ISO 8601. */
export interface PersonalData {
  exported_at: string;
  account: {
    id: number;
    first_name: string;
    last_name: string;
    email: string;
    email_verified: boolean;
    city: string;
    country: string;
    role: string;
    created_at: string;
    updated_at: string;
  };
  /** null: the terms were never accepted. */
  consent: { accepted_terms_at: string; accepted_terms_version?: string; guardian_name?: string } | null;
  sessions: { created_at: string; refreshed_at?: string; expires_at: string; ended_at?: string }[];
  /** Where the account was signed in to; of the address only a hash is stored. */
  known_addresses: { seen_at: string }[];
  /** Not sent yet. */
  mails: { queued_at: string; kind: string; [more: string]: unknown }[];
  account_changes: { action: string; done_at: string; [more: string]: unknown }[];
  videos: { video_id: string; uploaded_at: string; [more: string]: unknown }[];
  uploads: { video_id: string; started_at: string; [more: string]: unknown }[];
  reports: { video_id: string; reason: string; reported_at: string; settled_at?: string }[];
  organiser_actions: { action: string; done_at: string; [more: string]: unknown }[];
  votes: { video_id: string; cast_at: string; voided_at?: string }[];
  /** Places in frozen results. */
  results: {
    version: number;
    frozen_at: string;
    position: number;
    city_position: number;
    qualifies: boolean;
    votes: number;
    video_id: string;
    username: string;
    title: string;
    city: string;
  }[];
  contest_changes: { action: string; done_at: string; [more: string]: unknown }[];
}

/** The trace of what was done about an account by command. */
export async function noteCommand(sql: ISql, action: string, userId: number): Promise<void> {
  await sql`insert into auth.audit (action, subject_id) values (${action}, ${userId})`;
}

/** Never matched: no password is known to have this hash. */
const NO_PASSWORD = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * What this service stores and what the others publish for it, as of one moment: no secrets, nor hashes of them. A new
 * table about people gets a key here, or in its own service's function.
 * @returns undefined when there is no such account
 */
export async function exportPersonalData(sql: ISql, userId: number): Promise<PersonalData | undefined> {
  const [row] = await sql<{ document: string }[]>`
    select (
      jsonb_build_object(
        'exported_at', now(),
        'account', (
          select to_jsonb(account)
          from (
            select u.id, u.first_name, u.last_name, u.email, u.email_verified, u.city, u.country, u.role,
              u.created_at, u.updated_at
          ) account
        ),
        'consent', case when u.accepted_terms_at is not null then
          jsonb_strip_nulls(jsonb_build_object(
            'accepted_terms_at', u.accepted_terms_at, 'accepted_terms_version', u.accepted_terms_version,
            'guardian_name', u.guardian_name
          ))
        end,
        'sessions', coalesce((
          select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.created_at)
          from (
            select created_at, refreshed_at, expires_at, ended_at, end_reason
            from auth.sessions
            where user_id = u.id
          ) own
        ), '[]'),
        'known_addresses', coalesce((
          select jsonb_agg(to_jsonb(own) order by own.seen_at)
          from (
            select seen_at
            from auth.known_addresses
            where user_id = u.id
          ) own
        ), '[]'),
        'mails', coalesce((
          select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.queued_at)
          from (
            select created_at as queued_at, kind, detail
            from auth.mails
            where user_id = u.id
          ) own
        ), '[]'),
        'account_changes', coalesce((
          select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.done_at)
          from (
            select at as done_at, action, detail
            from auth.audit
            where subject_id = u.id or user_id = u.id
          ) own
        ), '[]')
      ) || videos.personal_data_v1(u.id) || votes.personal_data_v1(u.id)
    )::text as document
    from auth.users u
    where u.id = ${userId} and u.deleted_at is null`;
  return row && JSON.parse(row.document, inUtc);
}

/** Postgres writes times with microseconds and an offset. */
const inUtc = (key: string, value: unknown) =>
  key.endsWith('_at') && typeof value === 'string' ? new Date(value).toISOString() : value;

/**
 * Leaves of the account its number, under which its votes stay, and when it agreed to which terms; its videos become
 * tombstones, their media go through the outbox of videos. Where else something is known of a person, it goes here.
 */
export async function deleteAccount(sql: Sql, userId: number): Promise<void> {
  await sql.begin(async (transaction) => {
    // Before the sessions: a sign-in at this moment waits for it, or its session is among those that end.
    const [account] = await transaction<{ email: string; email_verified: boolean }[]>`
      select email, email_verified from auth.users where id = ${userId} and deleted_at is null for update`;
    if (!account) return;
    await transaction`
      insert into auth.former_accounts (user_id, email_hash)
      values (${userId}, sha256(convert_to(lower(${account.email}), 'UTF8')))
      on conflict do nothing`;
    await transaction`
      update auth.users
      set first_name = '', last_name = '', name_key = '', city = '', city_key = '', country = '', email = null,
        guardian_name = null, email_verified = false, password_hash = ${NO_PASSWORD}, role = 'player', deleted_at = now(),
        updated_at = now()
      where id = ${userId}`;
    // Their rows stay until the last access tokens have expired.
    await endSessions(transaction, userId, 'deleted');
    await transaction`
      update auth.sessions
      set refresh_hash = null, previous_hash = null, previous_salt = null
      where user_id = ${userId}`;
    await transaction`
      delete from auth.refresh_tokens
      where session_id in (select id from auth.sessions where user_id = ${userId})`;
    await transaction`delete from auth.known_addresses where user_id = ${userId}`;
    await transaction`delete from auth.mails where user_id = ${userId}`;
    if (account.email_verified) await queueFarewell(transaction, userId, account.email);
    await transaction`delete from auth.email_codes where user_id = ${userId}`;
    await transaction`delete from auth.password_resets where user_id = ${userId}`;
    await transaction`select videos.forget_owner_v1(${userId})`;
    await transaction`select votes.forget_person_v1(${userId})`;
  });
}
