import type { ISql, Sql } from '@anb/service-kit/database';
import { RESET_MINUTES } from '../mail-secrets.ts';
import type { Person } from '../new-password.ts';
import { queueMail } from './mails.ts';
import { endSessions } from './sessions.ts';
import { knowAddress } from './sign-in.ts';

/** Writes as much for an unknown address as for a known one, or the time would tell them apart. */
export async function requestReset(sql: ISql, email: string): Promise<void> {
  await sql`
    insert into auth.mails (user_id, kind)
    values ((select id from auth.users where lower(email) = lower(${email})), 'reset_password')`;
}

/**
 * Those sent before stay good until their time, for the mails may arrive in any order.
 * @returns false when the mail is not to be sent any more: the password has changed since it was asked for
 */
export async function storeReset(sql: ISql, mailId: string, tokenHash: Buffer): Promise<boolean> {
  const rows = await sql`
    with expired as (
      delete from auth.password_resets
      where expires_at <= now()
    )
    insert into auth.password_resets (token_hash, user_id, expires_at)
    select ${tokenHash}, user_id, now() + make_interval(mins => ${RESET_MINUTES})
    from auth.mails
    where id = ${mailId}
    for key share
    returning user_id`;
  return rows.length === 1;
}

/**
 * Asked before a password is judged and hashed; `resetPassword` decides.
 * @returns undefined when the token is unknown, too old or used
 */
export async function whoResets(sql: ISql, tokenHash: Buffer): Promise<Person | undefined> {
  const [person] = await sql<Person[]>`
    select account.first_name, account.last_name, account.email
    from auth.password_resets reset
    join auth.users account on account.id = reset.user_id
    where reset.token_hash = ${tokenHash} and reset.expires_at > now() and account.deleted_at is null`;
  return person;
}

/**
 * Who has the token reads the account's mail, so its address is verified, and whatever others have failed they can sign
 * in from where they are. Every session ends.
 * @returns false when the token is unknown, too old or used
 */
export async function resetPassword(
  sql: Sql,
  { tokenHash, passwordHash, address }: { tokenHash: Buffer; passwordHash: string; address: string },
): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [reset] = await transaction<{ user_id: number }[]>`
      delete from auth.password_resets
      where token_hash = ${tokenHash} and expires_at > now()
      returning user_id`;
    if (!reset) return false;
    await transaction`
      update auth.users
      set password_hash = ${passwordHash}, email_verified = true, updated_at = now()
      where id = ${reset.user_id} and deleted_at is null`;
    await transaction`delete from auth.email_codes where user_id = ${reset.user_id}`;
    await knowAddress(transaction, reset.user_id, address);
    await endSessions(transaction, reset.user_id, 'password');
    await afterChange(transaction, reset.user_id);
    return true;
  });
}

export interface PasswordChange {
  userId: number;
  /** The one that goes on. */
  sessionId: string;
  /** What the current password was compared with. */
  knownHash: string;
  newHash: string;
  /** Under which the links that were asked for are counted. */
  forgotKey: string;
}

/** @returns false when the password is another one by now */
export async function changePassword(
  sql: Sql,
  { userId, sessionId, knownHash, newHash, forgotKey }: PasswordChange,
): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [changed] = await transaction<{ email_verified: boolean }[]>`
      update auth.users
      set password_hash = ${newHash}, updated_at = now()
      where id = ${userId} and password_hash = ${knownHash} and deleted_at is null
      returning email_verified`;
    if (!changed) return false;
    await endSessions(transaction, userId, 'password', { except: sessionId });
    await afterChange(transaction, userId);
    // A thief of the password could go on asking for links and making them useless, until the owner may ask for none.
    if (changed.email_verified) await transaction`delete from auth.throttles where key = ${forgotKey}`;
    return true;
  });
}

/**
 * Links that were asked for before end, sent or not, and the owner hears of the change. The mails go first: this waits
 * for a link that is just being made of one, and then sees it.
 */
async function afterChange(sql: ISql, userId: number): Promise<void> {
  await sql`delete from auth.mails where user_id = ${userId} and kind = 'reset_password'`;
  await sql`delete from auth.password_resets where user_id = ${userId}`;
  await queueMail(sql, userId, 'password_changed');
}
