import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

export interface SigningKey {
  /** The RFC 7638 thumbprint: one key has one id, wherever its file lies. */
  kid: string;
  publicJwk: JWK;
  privateKey: KeyObject;
}

export const HOW_TO_MAKE_ONE = 'To make one: node services/auth/src/commands/keys.ts new FILE';

/** In PEM, as PKCS #8. */
export function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Reads PEM of an EC P-256 key: PKCS #8, or SEC 1 as Helm's genPrivateKey makes it.
 * @throws with what it is instead; never with what was read
 */
export async function readSigningKey(pem: string): Promise<SigningKey> {
  const privateKey = readPrivateKey(pem);
  const jwk = await exportJWK(createPublicKey(privateKey));
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}

function readPrivateKey(pem: string): KeyObject {
  let kind = 'no private key in PEM';
  try {
    const key = createPrivateKey(pem);
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    if (namedCurve === 'prime256v1') return key;
    kind = `a private key of type ${key.asymmetricKeyType}${namedCurve ? `, curve ${namedCurve}` : ''}`;
  } catch {
    // Node's own message says less than ours.
  }
  throw new Error(`A signing key must be an EC key of curve P-256, but it is ${kind}.`);
}
