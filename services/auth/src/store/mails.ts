import type { ISql } from '@anb/service-kit/database';

export const mailKinds = [
  'verify_email',
  'reset_password',
  'password_changed',
  'clip_ready',
  'clip_failed',
  'account_deleted',
] as const;
export type MailKind = (typeof mailKinds)[number];

export interface Recipient {
  id: number;
  email: string;
  email_verified: boolean;
  first_name: string;
  last_name: string;
}

export interface QueuedMail {
  id: string;
  kind: MailKind;
  detail: { video_id?: string; title?: string; failure_code?: string } | null;
  /** This one counted. */
  attempts: number;
  /** It has waited for so long that this attempt is the last. */
  is_overdue: boolean;
  /** Null when there is no such account, or no longer. */
  recipient: Recipient | null;
}

/** To be called with the transaction of what the mail is about. */
export async function queueMail(sql: ISql, userId: number, kind: MailKind): Promise<void> {
  await sql`insert into auth.mails (user_id, kind) values (${userId}, ${kind})`;
}

/** Tells the owner of an account that it is gone. To be called with the transaction of its deletion. */
export async function queueFarewell(sql: ISql, userId: number, email: string): Promise<void> {
  await sql`insert into auth.mails (user_id, kind, email) values (${userId}, 'account_deleted', ${email})`;
}

/** Takes mails that are due: nobody else sees them for so many seconds, within which they are to be sent and deleted. */
export async function takeMails(sql: ISql, limit: number, seconds: number): Promise<QueuedMail[]> {
  return sql<QueuedMail[]>`
    with due as (
      select id
      from auth.mails
      where due_at <= now()
      order by due_at
      limit ${limit}
      for update skip locked
    ), taken as (
      update auth.mails m
      set due_at = now() + make_interval(secs => ${seconds}), attempts = attempts + 1
      from due
      where m.id = due.id
      returning m.*
    )
    select taken.id, taken.kind, taken.detail, taken.attempts, coalesce(u.recipient, former.recipient) as recipient,
      taken.created_at < now() - interval '1 day' as is_overdue
    from taken
    left join lateral (
      select to_jsonb(account) as recipient
      from (select id, email, email_verified, first_name, last_name from auth.users
        where id = taken.user_id and deleted_at is null) account
    ) u on true
    left join lateral (
      select jsonb_build_object('id', taken.user_id, 'email', taken.email, 'email_verified', true,
        'first_name', '', 'last_name', '') as recipient
      where taken.email is not null
    ) former on true`;
}

export async function deleteMail(sql: ISql, id: string): Promise<void> {
  await sql`delete from auth.mails where id = ${id}`;
}

/** Not before so many seconds from now. */
export async function postponeMail(sql: ISql, id: string, seconds: number, reason: string): Promise<void> {
  await sql`
    update auth.mails
    set due_at = now() + make_interval(secs => ${seconds}), last_error = ${reason}
    where id = ${id}`;
}

export interface MailBacklog {
  waiting: number;
  /** Since the oldest was written; 0 without one. */
  oldestSeconds: number;
}

export async function mailBacklog(sql: ISql): Promise<MailBacklog> {
  const [backlog] = await sql<MailBacklog[]>`
    select count(*)::integer as waiting,
      coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestSeconds"
    from auth.mails`;
  if (!backlog) throw new Error('the count of mails came without a row');
  return backlog;
}
