import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a client gets as one opaque text: which session it refreshes, and that it may. */
export interface RefreshToken {
  sessionId: string;
  secret: Buffer;
}

const ID_BYTES = 16;
const SECRET_BYTES = 32;

export const newRefreshToken = (sessionId: string): RefreshToken => ({
  sessionId,
  secret: randomBytes(SECRET_BYTES),
});

/**
 * The token that follows one. The same salt makes the same successor, so that a client whose answer was lost gets it
 * once more; neither who stole an old token nor who reads the database can make it alone.
 */
export const successor = ({ sessionId, secret }: RefreshToken, salt: Buffer): RefreshToken => ({
  sessionId,
  secret: createHmac('sha256', salt).update(secret).digest(),
});

/** What is kept of it. */
export const refreshHash = ({ secret }: RefreshToken): Buffer => createHash('sha256').update(secret).digest();

export function writeRefreshToken({ sessionId, secret }: RefreshToken): string {
  return Buffer.concat([Buffer.from(sessionId.replaceAll('-', ''), 'hex'), secret]).toString('base64url');
}

/** @returns undefined when the text can be none of ours */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== ID_BYTES + SECRET_BYTES) return undefined;
  const id = bytes.toString('hex', 0, ID_BYTES);
  return {
    sessionId: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    secret: bytes.subarray(ID_BYTES),
  };
}
