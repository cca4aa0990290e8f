import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const fileIn = (dataDir: string, service: string) => join(dataDir, `${service}.env`);

/** Leaves word, for its commands, of how a service reaches its database, store and queue. */
export function writeEnvironment(dataDir: string, service: string, env: Record<string, string>): void {
  const file = fileIn(dataDir, service);
  // It holds a password, and a mode is given to new files only.
  rmSync(file, { force: true });
  const lines = Object.entries(env).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

export const readEnvironment = (dataDir: string, service: string) =>
  parseEnv(readFileSync(fileIn(dataDir, service), 'utf8'));
