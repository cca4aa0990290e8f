import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

export const CODE_MINUTES = 15;
export const RESET_MINUTES = 60;

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Six digits, each as likely as any other. */
export const makeCode = () => String(randomInt(1_000_000)).padStart(6, '0');

/** Bound to the row and the account it is for, so that two accounts' equal codes do not look equal. */
export const hashCode = (code: string, { id, userId }: { id: string; userId: number }) =>
  sha256(`${id} ${userId} ${code}`);

export const isSameHash = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);

export const makeResetToken = () => randomBytes(32).toString('base64url');

export const hashResetToken = (token: string) => sha256(token);
