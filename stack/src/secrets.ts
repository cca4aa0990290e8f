import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const names = ['postgres', 'auth', 'videos', 'votes', 'transcoder'] as const;

export interface Secrets {
  /** Passwords of the database's logins. */
  passwords: Record<(typeof names)[number], string>;
  /** Holds the keys that sign access tokens. */
  signingKeysDir: string;
}

/** Makes this installation's secrets on its first start and keeps them in a folder only its user can read. */
export function loadSecrets(dataDir: string): Secrets {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordsFile = join(folder, 'passwords.json');
  const signingKeysDir = join(folder, 'signing-keys');
  keep(passwordsFile, () =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')]))),
  );
  keepSigningKey(signingKeysDir, join(folder, 'signing-key.pem'));
  return { passwords: JSON.parse(readFileSync(passwordsFile, 'utf8')), signingKeysDir };
}

/** Older installations have their one key beside the folder. */
function keepSigningKey(keysDir: string, olderFile: string): void {
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  const file = join(keysDir, 'signing-key.pem');
  if (existsSync(olderFile)) renameSync(olderFile, file);
  if (readdirSync(keysDir).length > 0) return;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

function keep(file: string, make: () => string): void {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
}
