import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openConfiguredDatabase } from '@anb/service-kit/database';
import { readEnv } from '@anb/service-kit/env';
import { connectionEnv } from '@anb/service-kit/service-env';
import { keysEnv } from '../config.ts';
import { readKeyFolder } from '../key-folder.ts';
import { makeSigningKey } from '../signing-key.ts';
import { type KnownKey, knownKeys, type Retirement, retireKey } from '../store/keys.ts';

// The keys that sign access tokens: lists them, makes one, or retires one that has leaked.
const usage = `keys [list]        every key ever published, the newest first
keys new [FILE]    writes a new private key into FILE, or to standard output
keys retire KID    refuses whatever it has signed, at once
`;
const words: Record<Retirement, string> = {
  retired: 'is retired: what it signed is refused everywhere within two seconds. Take its file away.',
  no_such_key: 'is no key that was ever published: `keys list` names them.',
  already_retired: 'is retired already.',
  no_other_key:
    'is the only key to sign with, and without it nobody could sign in. Add a new one, wait until `keys list` names it, and retire this one then.',
};

const [command = 'list', argument, ...more] = process.argv.slice(2);

function end(code: number, message: string): never {
  (code === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(code);
}

if (command === 'new' && more.length === 0) writeNew(argument);
else if (command === 'list' && !argument) await list();
else if (command === 'retire' && argument && more.length === 0) await retire(argument);
else end(2, usage.trimEnd());

function writeNew(file: string | undefined): void {
  if (!file || file === '-') return void process.stdout.write(makeSigningKey());
  try {
    writeFileSync(file, makeSigningKey(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    end(1, `No key was written: ${whyNot(file, error as NodeJS.ErrnoException)}`);
  }
  end(
    0,
    `${file}: a new key. Once it lies in SIGNING_KEYS_DIR it is published within a second, and signs after KEY_WAIT_SECONDS.`,
  );
}

function whyNot(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST') return `${file} is there already, and no key is written over. Name a new file.`;
  if (code === 'ENOENT')
    return `there is no folder ${dirname(file)}. Make it first, or name a file elsewhere.`;
  if (code === 'EACCES') return `you may not write ${file}. Name a file elsewhere.`;
  return message;
}

async function list(): Promise<void> {
  const sql = openConfiguredDatabase(readEnv(connectionEnv), 'keys');
  const keys = await knownKeys(sql).finally(() => sql.end());
  const rows = keys.map((key, place) => [
    key.kid,
    stateOf(key, keys.slice(0, place)),
    ...[key.created_at, key.used_at, key.retired_at].map((time) => time?.toISOString().slice(0, 19) ?? '-'),
  ]);
  const table = [['kid', 'state', 'published', 'last signed', 'retired (UTC)'], ...rows];
  const widths = [43, 10, 19, 19, 0];
  const lines = table.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  end(0, lines.join('\n'));
}

function stateOf({ retired_at, is_signing }: KnownKey, newer: KnownKey[]): string {
  if (retired_at) return 'retired';
  if (is_signing) return 'signing';
  return newer.some((key) => key.is_signing) ? 'superseded' : 'published';
}

async function retire(kid: string): Promise<void> {
  const config = readEnv({ ...connectionEnv, SIGNING_KEYS_DIR: keysEnv.SIGNING_KEYS_DIR });
  const { keys } = await readKeyFolder(config.SIGNING_KEYS_DIR);
  const sql = openConfiguredDatabase(config, 'keys');
  const held = keys.map((key) => key.kid);
  const outcome = await retireKey(sql, kid, held).finally(() => sql.end());
  end(outcome === 'retired' ? 0 : 1, `${kid} ${words[outcome]}`);
}
