import { spawnSync } from 'node:child_process';
import { readConfig } from './config.ts';
import { runningStack } from './data-dir.ts';
import { readEnvironment } from './environment.ts';

/** Says why nothing is done, and ends. */
export function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** Runs a program against the stack on DATA_DIR, with what that left word of for it, and ends as the program does. */
export function runBeside(name: string, file: string, words: readonly string[], cwd = process.cwd()): never {
  const { DATA_DIR } = readConfig();
  if (!runningStack(DATA_DIR)) refuse(`No stack runs on ${DATA_DIR}: npm start, with the same DATA_DIR.`);
  // As for the stack's programs: no AWS account of this shell can slip in.
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const { status } = spawnSync(process.execPath, [file, ...words], {
    env: { ...Object.fromEntries(ours), ...readEnvironment(DATA_DIR, name) },
    stdio: 'inherit',
    cwd,
  });
  process.exit(status ?? 1);
}
