import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const fileIn = (dataDir: string) => join(dataDir, 'videos.env');

/** Leaves word of how the videos service reaches its database, store and queue. */
export function writeEnvironment(dataDir: string, env: Record<string, string>): void {
  const file = fileIn(dataDir);
  // It holds a password, and a mode is given to new files only.
  rmSync(file, { force: true });
  const lines = Object.entries(env).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

export const readEnvironment = (dataDir: string) => parseEnv(readFileSync(fileIn(dataDir), 'utf8'));
