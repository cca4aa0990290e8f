import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

const program = createRequire(import.meta.url).resolve('@anb/local-cloud');

export interface CloudOptions {
  folder: string;
  port: number;
  bucket?: string;
  queue?: { name: string; visibilitySeconds: number };
}

interface Addresses {
  /** Of S3 and SQS alike. */
  endpoint: string;
  /** Both empty when no queue was asked for. */
  queueUrl: string;
  deadLetterUrl: string;
}

export interface EmbeddedCloud extends Addresses {
  process: ChildProcess;
  stop: () => Promise<void>;
}

/** Starts S3 (objects in a folder) and SQS (queues in memory) on loopback, as a process of their own. */
export async function startCloud({ folder, port, bucket, queue }: CloudOptions): Promise<EmbeddedCloud> {
  const child = fork(program, {
    env: {
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      PORT: String(port),
      DATA_DIR: folder,
      ...(bucket && { BUCKET: bucket }),
      ...(queue && { QUEUE: queue.name, VISIBILITY_SECONDS: String(queue.visibilitySeconds) }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  const ready = once(child, 'message').then(([message]) => message as Addresses);
  const gone = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`S3 and SQS ended with ${code}`)),
  );
  const addresses = await Promise.race([ready, gone]);
  gone.catch(() => {});
  return {
    ...addresses,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
