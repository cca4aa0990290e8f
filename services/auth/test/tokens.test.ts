import { generateKeyPairSync } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { makeSigningKey, readSigningKey } from '../src/signing-key.ts';
import { signToken } from '../src/tokens.ts';

const token = { issuer: 'test-issuer', audience: 'test-audience' };
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const session = { userId: 7, sessionId: 'a-session', role: 'player' };

test('signs with one key alike, whether it is written as PKCS #8 or as SEC 1', async () => {
  const key = ec('P-256');
  const pems = (['pkcs8', 'sec1'] as const).map((type) => key.export({ type, format: 'pem' }).toString());
  expect(pems[1]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  const keys = await Promise.all(pems.map(readSigningKey));
  expect(keys[1]?.kid).toBe(keys[0]?.kid);
  for (const key of keys) {
    const signed = await signToken(key, session, { ...token, now: 1_800_000_000 });
    const options = { ...token, currentDate: new Date(1_800_003_599_000) };
    const { payload } = await jwtVerify(signed, await importJWK(key.publicJwk), options);
    expect(payload).toMatchObject({ sub: '7', sid: 'a-session', iat: 1_800_000_000, exp: 1_800_003_600 });
  }
});

test('what is made can be read, and is another key each time', async () => {
  const [one, other] = await Promise.all([makeSigningKey(), makeSigningKey()].map(readSigningKey));
  expect(one?.kid).not.toBe(other?.kid);
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
])('refuses %s and says what it is', async (_case, pem, kind) => {
  await expect(readSigningKey(pem)).rejects.toThrow(
    new RegExp(`^A signing key must be an EC key of curve P-256, but it is .*${kind}\\.$`),
  );
});
