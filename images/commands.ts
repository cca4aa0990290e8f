import { spawn } from 'node:child_process';

const interruption = new AbortController();
/** Ctrl-C ends what runs, so that everything can be undone. */
export const interrupted = interruption.signal;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

/**
 * Runs a program to its end and answers what it wrote on stdout.
 * @throws with its last lines when it fails
 */
export async function run(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: interrupted,
    // In a group of its own: mmdebstrap, told to end, ends its whole group.
    detached: true,
  });
  const said = { stdout: '', all: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      if (name === 'stdout') said.stdout += chunk;
      said.all += chunk;
    });
  }
  child.on('error', (error) => {
    said.all += `${error.message}\n`;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code === 0) return said.stdout.trim();
  const last = said.all.trim().split('\n').slice(-40).join('\n');
  throw new Error(`${command} ${args.slice(0, 8).join(' ')} failed:\n${last}`);
}
