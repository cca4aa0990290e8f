import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { MountedSecret } from '@anb/testing/mounted-secret';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSigningKey, readSigningKey, type SigningKey } from '../src/signing-key.ts';
import { noteUse, publishKeys } from '../src/store/keys.ts';

let database: TestDatabase;
let secret: MountedSecret;
let key: SigningKey;

beforeAll(async () => {
  database = await createTestDatabase();
  const pem = makeSigningKey();
  secret = new MountedSecret({ 'signing-key.pem': pem });
  key = await readSigningKey(pem);
  const sql = database.connect('anb_auth');
  await publishKeys(sql, [key]);
  await noteUse(sql, key.kid);
});
afterAll(async () => {
  await database.drop();
  secret.remove();
});

const program = new URL('../src/commands/keys.ts', import.meta.url).pathname;
function keys(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: { DATABASE_URL: database.url('anb_auth'), SIGNING_KEYS_DIR: secret.path },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('`new` makes a key that only its owner can read, and never over another', async () => {
  const file = join(secret.path, 'new.pem');
  expect(keys('new', file)).toMatchObject({ status: 0, stdout: expect.stringContaining(file) });
  const pem = readFileSync(file, 'utf8');
  expect((await readSigningKey(pem)).kid).not.toBe(key.kid);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(keys('new', file)).toMatchObject({
    status: 1,
    stderr: `No key was written: ${file} is there already, and no key is written over. Name a new file.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe(pem);
});

test('`new` says in plain words that there is no such folder', () => {
  const folder = join(secret.path, 'nowhere');
  expect(keys('new', join(folder, 'new.pem'))).toMatchObject({
    status: 1,
    stderr: `No key was written: there is no folder ${folder}. Make it first, or name a file elsewhere.\n`,
  });
});

test('`new` without a file writes the key alone to standard output', async () => {
  const { status, stdout } = keys('new');
  expect(status).toBe(0);
  expect((await readSigningKey(stdout)).kid).toMatch(/^[\w-]{43}$/);
  expect(stdout).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
});

test('without a word it lists the keys, with what each does', () => {
  const { status, stdout } = keys();
  expect(status).toBe(0);
  expect(stdout).toMatch(/^kid +state +published +last signed +retired \(UTC\)\n/);
  expect(stdout).toMatch(
    new RegExp(`^${key.kid} +signing +\\d{4}-[\\d-]+T[\\d:]+ +\\d{4}-[\\d-]+T[\\d:]+ +-$`, 'm'),
  );
});

test('`retire` refuses the only key and says what to do; others do not help whose files are elsewhere', async () => {
  await publishKeys(database.connect('anb_auth'), [await readSigningKey(makeSigningKey())]);
  expect(keys('retire', key.kid)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/the only key.*Add a new one/),
  });
  expect(keys('retire', 'unheard-of')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no key that was ever'),
  });
});

test.each([[['dance']], [['retire']]])('%j is answered with how it is used', (args) => {
  expect(keys(...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/^keys \[list\]/) });
});
