import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PKCS #8 PEM. */
  key: string;
}

export interface Authority extends Certificate {
  /** A server's certificate for a name or an IPv4 address. */
  issue: (host: string) => Certificate;
}

/** A certificate authority of its own: Node can check certificates but not make them. */
export function createAuthority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signedBy = { name, key: privateKey };
  return {
    ...pem(x509(name, publicKey, signedBy, [isAuthority]), privateKey),
    issue: (host) => {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return pem(x509(host, server.publicKey, signedBy, [isFor(host)]), server.privateKey);
    },
  };
}

function pem(certificate: Buffer, key: KeyObject): Certificate {
  // A whole last line must not be followed by an empty one: OpenSSL takes no such certificate.
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** DER: a tag, the length, the contents. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
const sequence = (...contents: Buffer[]) => der(0x30, ...contents);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const time = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = (name: string) => sequence(der(0x31, sequence(oid('550403'), utf8(name))));
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));
const isAuthority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))));
const isFor = (host: string) =>
  extension(
    '551d11',
    sequence(
      isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
    ),
  );

/** RFC 5280, the least that is valid, for a day. */
function x509(name: string, key: KeyObject, issuer: { name: string; key: KeyObject }, extensions: Buffer[]) {
  const hour = 3_600_000;
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer.name),
    sequence(time(new Date(Date.now() - hour)), time(new Date(Date.now() + 24 * hour))),
    commonName(name),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(content, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', content, issuer.key)));
}
