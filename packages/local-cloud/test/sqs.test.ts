import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobQueue } from '@anb/service-kit/queue';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createQueues } from '../src/queues.ts';
import { startServer } from '../src/server.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

const folder = mkdtempSync(join(tmpdir(), 'anb-cloud-'));
let close: () => Promise<void>;
let queue: JobQueue;

beforeAll(async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0, folder, bucket: undefined });
  close = server.close;
  const at = { endpoint: `http://127.0.0.1:${server.port}`, region: 'us-east-1' };
  const sqs = new SQSClient(at);
  const { queueUrl } = await createQueues(sqs, { name: 'transcode', visibilitySeconds: 30 });
  sqs.destroy();
  queue = new JobQueue({ ...at, queueUrl });
});
afterAll(async () => {
  queue.close();
  await close();
  rmSync(folder, { recursive: true, force: true });
});

test('a message goes to the poll that waits, not to one before it whose client has gone', async () => {
  const leaving = new AbortController();
  const left = queue.receive(20, 30, leaving.signal).catch((error: Error) => error.name);
  await sleep(100); // It is first in the line.
  const received = queue.receive(5, 30);
  await sleep(100);
  leaving.abort();
  expect(await left).toBe('AbortError');

  const message = { video_id: randomUUID() };
  await queue.send([message]);
  expect(await received).toMatchObject({ body: JSON.stringify(message), receives: 1 });
});
