import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const names = ['postgres', 'auth', 'videos', 'votes', 'transcoder'] as const;

export interface Secrets {
  /** Passwords of the database's logins. */
  passwords: Record<(typeof names)[number], string>;
  signingKeyFile: string;
}

/** Makes this installation's secrets on its first start and keeps them in a folder only its user can read. */
export function loadSecrets(dataDir: string): Secrets {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordsFile = join(folder, 'passwords.json');
  const signingKeyFile = join(folder, 'signing-key.pem');
  keep(passwordsFile, () =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')]))),
  );
  keep(signingKeyFile, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );
  return { passwords: JSON.parse(readFileSync(passwordsFile, 'utf8')), signingKeyFile };
}

function keep(file: string, make: () => string): void {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
}
