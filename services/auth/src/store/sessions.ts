import type { ISql } from '@anb/service-kit/database';

/** Days that a session lasts without being refreshed, and at the longest. */
export const IDLE_DAYS = 30;
const LONGEST_DAYS = 180;
/** Seconds in which the last refresh may be repeated. */
const GRACE_SECONDS = 30;

export type EndReason = 'logout' | 'reuse' | 'password' | 'role' | 'deleted';

export interface NewSession {
  id: string;
  userId: number;
  refreshHash: Buffer;
  /** As it was when the password was compared with it. */
  passwordHash: string;
}

/**
 * The parts `holder` (the account's id and its role of now) and `session` of a statement. There is no holder, and no
 * session begins, when the password was changed since, or the account deleted.
 */
export const startSession = (sql: ISql, { id, userId, refreshHash, passwordHash }: NewSession) => sql`
  holder as (
    select users.id, role
    from auth.users
    where users.id = ${userId} and password_hash = ${passwordHash} and deleted_at is null
    for share
  ), session as (
    insert into auth.sessions (id, user_id, refresh_hash, expires_at)
    select ${id}, holder.id, ${refreshHash}, now() + make_interval(days => ${IDLE_DAYS})
    from holder
  )`;

export interface Refresh {
  sessionId: string;
  /** Of the token that was presented. */
  refreshHash: Buffer;
  /** What makes its successor, and the successor's hash. */
  salt: Buffer;
  successorHash: Buffer;
}

export interface Refreshed {
  userId: number;
  role: string;
  /** `reused`: somebody else has the token too, and the session has ended. */
  presented: 'current' | 'repeated' | 'reused';
  /** That made the successor: an earlier one when the refresh is a repeated one; of no meaning when reused. */
  salt: Buffer;
}

/**
 * Replaces a session's refresh token. The last refresh may be repeated for a moment, while its successor has not been
 * used; any other token that was replaced already says that somebody else has it too, which ends the session.
 * @returns undefined when there is no such session
 */
export async function refreshSession(sql: ISql, refresh: Refresh): Promise<Refreshed | undefined> {
  const [refreshed] = await sql<Refreshed[]>`
    with held as (
      select session.id, session.user_id, account.role, session.previous_salt,
        case
          when session.refresh_hash = ${refresh.refreshHash} then 'current'
          when session.previous_hash = ${refresh.refreshHash}
            and session.refreshed_at > now() - make_interval(secs => ${GRACE_SECONDS}) then 'repeated'
          else 'reused'
        end as presented
      from auth.sessions session
      join auth.users account on account.id = session.user_id
      where session.id = ${refresh.sessionId} and session.ended_at is null and session.expires_at > now()
      for update of session
    ), replaced as (
      update auth.sessions session
      set previous_hash = session.refresh_hash, previous_salt = ${refresh.salt},
        refresh_hash = ${refresh.successorHash}, refreshed_at = now(),
        expires_at = least(now() + make_interval(days => ${IDLE_DAYS}),
          session.created_at + make_interval(days => ${LONGEST_DAYS}))
      from held
      where session.id = held.id and held.presented = 'current'
    ), ended as (
      update auth.sessions session
      set ended_at = now(), end_reason = 'reuse'
      from held
      where session.id = held.id and held.presented = 'reused'
    )
    select user_id as "userId", role, presented,
      case presented when 'current' then ${refresh.salt} else previous_salt end as salt
    from held`;
  return refreshed;
}

/** From the next read of auth.ended_session (every second) the session's tokens are refused everywhere. */
export async function endSession(sql: ISql, sessionId: string): Promise<void> {
  await sql`
    update auth.sessions
    set ended_at = now(), end_reason = 'logout'
    where id = ${sessionId} and ended_at is null`;
}

/** As `endSession`, for every session of the account, or all but one. */
export async function endSessions(
  sql: ISql,
  userId: number,
  reason: EndReason,
  { except = null }: { except?: string | null } = {},
): Promise<void> {
  await sql`
    update auth.sessions
    set ended_at = now(), end_reason = ${reason}
    where user_id = ${userId} and ended_at is null and id is distinct from ${except}::uuid`;
}
