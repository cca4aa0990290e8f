import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Program, command of the SDK, what it touches: objects by how their keys begin (`media/*`), the `bucket`, the `queue`
 * or its `dead-letters`.
 */
export type RecordedCalls = Record<string, Record<string, string[]>>;

/** What a process leaves of its calls ends in this. */
export const SUFFIX = '.calls';

/** What the processes of a run have noted, a line each: `videos HeadObject media/*`. */
export function noted(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean));
  return [...new Set(lines)].sort();
}

export function fromLines(lines: readonly string[]): RecordedCalls {
  const calls: RecordedCalls = {};
  for (const line of [...new Set(lines)].sort()) {
    const [program = '', command = '', resource = ''] = line.split(' ');
    calls[program] ??= {};
    calls[program][command] = [...(calls[program][command] ?? []), resource];
  }
  return calls;
}

export const toLines = (calls: RecordedCalls): string[] =>
  Object.entries(calls).flatMap(([program, commands]) =>
    Object.entries(commands).flatMap(([command, resources]) =>
      resources.map((resource) => `${program} ${command} ${resource}`),
    ),
  );
