import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from 'fauxqs';

export interface ServerOptions {
  host: string;
  port: number;
  /** Where the objects are kept. */
  folder: string;
  bucket: string | undefined;
}

interface Store {
  persistence?: unknown;
  createBucket: (name: string) => void;
}

const SqsStore = await part<object>('./sqs/sqsStore.js', 'SqsStore');
const SnsStore = await part<object>('./sns/snsStore.js', 'SnsStore');
const S3Store = await part<Store>('./s3/s3Store.js', 'S3Store');
const FileS3Persistence = await part<{ loadS3: (store: Store) => void }>(
  './s3/fileS3Persistence.js',
  'FileS3Persistence',
);

/** Serves S3 and SQS on one port; GET /health answers 200. */
export async function startServer({ host, port, folder, bucket }: ServerOptions) {
  mkdirSync(folder, { recursive: true });
  removeHalfWritten(folder);
  const files = new FileS3Persistence(folder);
  const s3Store = new S3Store();
  files.loadS3(s3Store);
  s3Store.persistence = files;
  if (bucket && !existsSync(join(folder, 'buckets', bucket))) s3Store.createBucket(bucket);

  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store };
  const app = buildApp({ logger: false, stores } as unknown as Parameters<typeof buildApp>[0]);
  const address = await app.listen({ host, port });
  return { port: Number(new URL(address).port), close: () => app.close() };
}

/** fauxqs exports only a start that binds every address; its parts are loaded by their files. */
async function part<T>(file: string, name: string): Promise<new (...args: unknown[]) => T> {
  const module = (await import(new URL(file, import.meta.resolve('fauxqs')).href)) as Record<string, unknown>;
  return module[name] as new (
    ...args: unknown[]
  ) => T;
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
