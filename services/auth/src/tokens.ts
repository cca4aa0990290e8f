import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Session } from '@anb/service-kit/session';
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose';

/** Seconds that an access token is good for. */
export const ACCESS_TOKEN_SECONDS = 3600;

export interface TokenSigner {
  kid: string;
  publicJwk: JWK;
  sign: (session: Session) => Promise<string>;
}

export interface TokenSignerOptions {
  /** PEM of an EC P-256 key: PKCS #8, or SEC 1 as Helm's genPrivateKey makes it. */
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
  const key = readSigningKey(privateKey);
  const jwk = await exportJWK(createPublicKey(key));
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

/** @throws with how to make one, when it is no EC P-256 key; never with what was read */
function readSigningKey(pem: string): KeyObject {
  let kind = 'no private key in PEM';
  try {
    const key = createPrivateKey(pem);
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    if (namedCurve === 'prime256v1') return key;
    kind = `a private key of type ${key.asymmetricKeyType}${namedCurve ? `, curve ${namedCurve}` : ''}`;
  } catch {
    // Node's own message says less than ours.
  }
  throw new Error(
    `The signing key must be an EC key of curve P-256, but it is ${kind}. ` +
      'To make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signing-key.pem',
  );
}
