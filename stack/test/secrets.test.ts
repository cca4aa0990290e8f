import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadSecrets } from '../src/secrets.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anb-secrets-'));
  folders.push(folder);
  return folder;
}

test('the first start makes a signing key for its user alone, and later ones leave keys as they are', () => {
  const folder = dataDir();
  const { signingKeysDir } = loadSecrets(folder);
  const file = join(signingKeysDir, 'signing-key.pem');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const made = readFileSync(file, 'utf8');
  writeFileSync(join(signingKeysDir, 'second.pem'), 'a newer one');
  expect(loadSecrets(folder)).toMatchObject({ signingKeysDir });
  expect(readFileSync(file, 'utf8')).toBe(made);
  rmSync(file);
  loadSecrets(folder);
  expect(readdirSync(signingKeysDir)).toEqual(['second.pem']);
});

test('the key of an older installation goes on signing', () => {
  const folder = dataDir();
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets', 'signing-key.pem'), 'the older one');
  const { signingKeysDir } = loadSecrets(folder);
  expect(readFileSync(join(signingKeysDir, 'signing-key.pem'), 'utf8')).toBe('the older one');
  expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(['passwords.json', 'signing-keys']);
});
