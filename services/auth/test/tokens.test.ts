import { generateKeyPairSync } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createTokenSigner } from '../src/tokens.ts';

const token = { issuer: 'test-issuer', audience: 'test-audience' };
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const session = { userId: 7, sessionId: 'a-session', role: 'player' };

test('signs with one key alike, whether it is written as PKCS #8 or as SEC 1', async () => {
  const key = ec('P-256');
  const pems = (['pkcs8', 'sec1'] as const).map((type) => key.export({ type, format: 'pem' }).toString());
  expect(pems[1]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  const signers = await Promise.all(pems.map((privateKey) => createTokenSigner({ ...token, privateKey })));
  expect(signers[1]?.kid).toBe(signers[0]?.kid);
  for (const { sign, publicJwk } of signers) {
    const { payload } = await jwtVerify(await sign(session), await importJWK(publicJwk), token);
    expect(payload).toMatchObject({ sub: '7', sid: 'a-session' });
  }
});

test.each([
  [
    'another curve',
    ec('P-384').export({ type: 'sec1', format: 'pem' }).toString(),
    'type ec, curve secp384r1',
  ],
  [
    'an RSA key',
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    'type rsa',
  ],
  ['no key', 'hunter2', 'no private key in PEM'],
])('refuses %s and says how to make one', async (_case, privateKey, kind) => {
  await expect(createTokenSigner({ ...token, privateKey })).rejects.toThrow(
    new RegExp(
      `^The signing key must be an EC key of curve P-256, but it is .*${kind}\\. To make one: openssl`,
    ),
  );
});
