import { readConfig } from './config.ts';
import { demoCommand } from './demo/config.ts';
import { say } from './log-lines.ts';
import { Stack } from './stack.ts';

const stack = new Stack(readConfig(), (reason) => void stop(1, reason));
let stopping = false;

async function stop(code: number, reason?: unknown): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stack.stop();
  // Last, where it is read.
  if (reason) process.stderr.write(`\n${reason instanceof Error ? reason.message : reason}\n\n`);
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  const url = await stack.start();
  say(
    'stack',
    `ready: ${url}   (API: ${url}/swagger; in another terminal: ${demoCommand(url)}; Ctrl-C stops)`,
  );
} catch (error) {
  await stop(1, error);
}
