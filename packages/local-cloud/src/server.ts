import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createApp, FileS3Persistence, S3Store } from './fauxqs.ts';
import { listMultipartUploads, takePartsOfAnyType } from './multipart-uploads.ts';
import { Queues, trackCalls } from './sqs.ts';

export interface ServerOptions {
  host: string;
  port: number;
  /** Where the objects are kept. */
  folder: string;
  bucket: string | undefined;
}

/** Serves S3 and SQS on one port; GET /health answers 200. */
export async function startServer({ host, port, folder, bucket }: ServerOptions) {
  mkdirSync(folder, { recursive: true });
  removeHalfWritten(folder);
  const files = new FileS3Persistence(folder);
  const s3Store = new S3Store();
  files.loadS3(s3Store);
  s3Store.persistence = files;
  if (bucket && !existsSync(join(folder, 'buckets', bucket))) s3Store.createBucket(bucket);

  const app = createApp(new Queues(), s3Store);
  trackCalls(app);
  listMultipartUploads(app, s3Store);
  takePartsOfAnyType(app);
  const address = await app.listen({ host, port });
  return { port: Number(new URL(address).port), close: () => app.close() };
}

/** A kill between the two files of an object leaves a description that is cut short; nobody was told of it. */
function removeHalfWritten(root: string): void {
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.meta.json') && !file.endsWith('.upload.json')) continue;
    const path = join(root, file);
    try {
      JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      rmSync(path, { force: true });
    }
  }
}
