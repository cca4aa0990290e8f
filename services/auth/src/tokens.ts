import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Session } from '@anb/service-kit/session';
import { calculateJwkThumbprint, exportJWK, importPKCS8, type JWK, SignJWT } from 'jose';

/** Seconds that an access token is good for. */
export const ACCESS_TOKEN_SECONDS = 3600;

export interface TokenSigner {
  kid: string;
  publicJwk: JWK;
  sign: (session: Session) => Promise<string>;
}

export interface TokenSignerOptions {
  /** PKCS #8 PEM of an EC P-256 key. */
  privateKey: string;
  issuer: string;
  audience: string;
}

/** Signs access tokens (RFC 9068) with ES256; the key's id is its RFC 7638 thumbprint. */
export async function createTokenSigner({
  privateKey,
  issuer,
  audience,
}: TokenSignerOptions): Promise<TokenSigner> {
  const key = await importPKCS8(privateKey, 'ES256');
  const jwk = await exportJWK(createPublicKey(createPrivateKey(privateKey)));
  const kid = await calculateJwkThumbprint(jwk);
  return {
    kid,
    publicJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' },
    sign: ({ userId, sessionId, role }) =>
      new SignJWT({ sid: sessionId, role, client_id: 'anb' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(String(userId))
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
        .sign(key),
  };
}
