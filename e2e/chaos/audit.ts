import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { World } from './world.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

interface Audit {
  objects_without_rows: string[];
  rows_without_objects: string[];
}

/** What `services/videos/src/commands/audit.ts` finds amiss. */
export async function runAudit(world: World): Promise<string[]> {
  const program = join(root, 'services/videos/src/commands/audit.ts');
  if (!existsSync(program)) return [];
  const env = { PATH: process.env.PATH, ...world.environment('videos') };
  const { stdout } = await run(process.execPath, [program], { cwd: root, env }).catch((error) => {
    // 1 says that it found something.
    if (error.code === 1 && error.stdout) return error as { stdout: string };
    throw error;
  });
  const line = stdout
    .trim()
    .split('\n')
    .findLast((line) => line.includes('objects_without_rows'));
  const { objects_without_rows, rows_without_objects } = JSON.parse(line ?? '') as Audit;
  return [
    ...objects_without_rows.map((key) => `audit: object without a row: ${key}`),
    ...rows_without_objects.map((key) => `audit: row without its object: ${key}`),
  ];
}
