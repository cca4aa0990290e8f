import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

const interruption = new AbortController();
/** Ctrl-C ends what runs, so that everything can be undone. */
export const interrupted = interruption.signal;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

/**
 * Runs a program to its end and answers what it wrote on stdout.
 * @throws with its last lines when it fails
 */
export async function run(command: string, args: string[], env: Record<string, string> = {}) {
  try {
    const { stdout } = await exec(command, args, {
      env: { ...process.env, ...env },
      signal: interrupted,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${command} ${args.slice(0, 8).join(' ')} failed:\n${last || message}`);
  }
}
