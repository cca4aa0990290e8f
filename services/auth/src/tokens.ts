import { ACCESS_TOKEN_SECONDS, type Session } from '@anb/service-kit/session';
import { type JWK, SignJWT } from 'jose';
import type { SigningKey } from './signing-key.ts';

export { ACCESS_TOKEN_SECONDS };

export interface TokenSigner {
  /**
   * Asked before a session begins or its refresh token is replaced, which an answer without tokens would waste.
   * @throws ApiError 503 when there is no key to sign with
   */
  requireKey: () => void;
  /** @throws ApiError 503 as `requireKey` */
  sign: (session: Session) => Promise<string>;
  /** Whatever may have signed a token that holds. */
  publicKeys: () => JWK[];
}

export interface TokenOptions {
  issuer: string;
  audience: string;
  /** Seconds. */
  now: number;
}

/** Signs an access token (RFC 9068) with ES256. */
export const signToken = (
  { kid, privateKey }: SigningKey,
  { userId, sessionId, role }: Session,
  { issuer, audience, now }: TokenOptions,
) =>
  new SignJWT({ sid: sessionId, role, client_id: 'anb' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(String(userId))
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .sign(privateKey);
