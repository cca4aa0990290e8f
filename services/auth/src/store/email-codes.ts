import { randomUUID } from 'node:crypto';
import type { ISql, Sql } from '@anb/service-kit/database';
import { CODE_MINUTES, hashCode, isSameHash } from '../mail-secrets.ts';

/** Wrong ones that a code bears. */
const TRIES = 5;

/** Those sent before stay good until their time, for the mails may arrive in any order. */
export async function storeCode(sql: ISql, userId: number, code: string): Promise<void> {
  const id = randomUUID();
  await sql`
    with expired as (
      delete from auth.email_codes
      where expires_at <= now()
    )
    insert into auth.email_codes (id, user_id, code_hash, tries_left, expires_at)
    values (${id}, ${userId}, ${hashCode(code, { id, userId })}, ${TRIES},
      now() + make_interval(mins => ${CODE_MINUTES}))`;
}

export type CodeOutcome = 'verified' | 'wrong' | 'none_left';

/** Whoever is verified stays so, whatever is sent; also when another request was quicker with the right code. */
export async function verifyEmail(sql: Sql, userId: number, code: string): Promise<CodeOutcome> {
  const outcome = await tryCode(sql, userId, code);
  return outcome === 'verified' || !(await isVerified(sql, userId)) ? outcome : 'verified';
}

/** A try costs every code of the account one, before anything is compared: guesses at once are bounded too. */
async function tryCode(sql: ISql, userId: number, code: string): Promise<CodeOutcome> {
  const codes = await sql<{ id: string; code_hash: Buffer }[]>`
    update auth.email_codes
    set tries_left = tries_left - 1
    where user_id = ${userId} and tries_left > 0 and expires_at > now()
    returning id, code_hash`;
  if (codes.length === 0) return 'none_left';
  const right = codes.filter(({ id, code_hash }) => isSameHash(code_hash, hashCode(code, { id, userId })));
  const [used] = right;
  if (!used) return 'wrong';
  return (await useCode(sql, userId, used.id)) ? 'verified' : 'none_left';
}

/** @returns false when the code has been used meanwhile */
async function useCode(sql: ISql, userId: number, codeId: string): Promise<boolean> {
  const rows = await sql`
    with used as (
      delete from auth.email_codes
      where user_id = ${userId}
      returning id
    )
    update auth.users
    set email_verified = true, updated_at = now()
    where id = ${userId} and deleted_at is null and ${codeId} in (select id from used)
    returning id`;
  return rows.length === 1;
}

async function isVerified(sql: ISql, userId: number): Promise<boolean> {
  const rows = await sql`select from auth.users where id = ${userId} and email_verified`;
  return rows.length === 1;
}

/** @returns false when the address is verified already */
export async function requestCode(sql: ISql, userId: number): Promise<boolean> {
  const rows = await sql`
    insert into auth.mails (user_id, kind)
    select id, 'verify_email'
    from auth.users
    where id = ${userId} and not email_verified and deleted_at is null
    returning id`;
  return rows.length === 1;
}
