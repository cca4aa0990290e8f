import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Complaint } from './complaint.ts';

/**
 * Runs a program in this terminal, as if it had been called there.
 * @returns whether it ended well
 * @throws Complaint when there is no such program
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  options: SpawnOptions = {},
): Promise<boolean> {
  const child = spawn(program, words, { ...options, stdio: 'inherit' });
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Complaint(`${program} is missing`) : error;
  });
  return code === 0;
}
