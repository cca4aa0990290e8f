import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface EmbeddedCloud {
  /** Of S3 and SQS alike. */
  endpoint: string;
  process: ChildProcess;
  stop: () => Promise<void>;
}

/** Starts S3 (objects in a folder) and SQS (queues in memory) on loopback, with one bucket. */
export async function startCloud(options: {
  folder: string;
  port: number;
  bucket: string;
}): Promise<EmbeddedCloud> {
  mkdirSync(options.folder, { recursive: true });
  const program = fileURLToPath(new URL('./cloud-process.ts', import.meta.url));
  const child = fork(program, [String(options.port), options.folder, options.bucket], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  const address = once(child, 'message').then(([message]) => (message as { address: string }).address);
  const gone = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`S3 and SQS ended with ${code}`)),
  );
  const endpoint = await Promise.race([address, gone]);
  gone.catch(() => {});
  return {
    endpoint,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
