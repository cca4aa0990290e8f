import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pidFile = (folder: string) => join(folder, 'stack.pid');

/**
 * Takes the data folder for this process alone.
 * @returns gives it back
 * @throws when another stack runs on it, or it can not be written
 */
export function takeDataDir(folder: string): () => void {
  const file = pidFile(folder);
  const pid = runningStack(folder);
  if (pid) {
    throw new Error(
      `A stack runs on ${folder} already (process ${pid}). Stop it first, or set DATA_DIR to another folder.`,
    );
  }
  try {
    makeFolder(folder);
    writeFileSync(file, String(process.pid));
  } catch (error) {
    throw new Error(`DATA_DIR must be a folder that can be written: ${(error as Error).message}`);
  }
  return () => rmSync(file, { force: true });
}

/** Below /proc, where nothing can be made, Node's own `recursive` never ends. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (folder !== dirname(folder)) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** The process that holds the folder; a killed one leaves its file, and its number may be another's by now. */
export function runningStack(folder: string): string | undefined {
  try {
    const pid = readFileSync(pidFile(folder), 'utf8').trim();
    if (pid === String(process.pid)) return undefined;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('stack/') ? pid : undefined;
  } catch {
    return undefined;
  }
}
