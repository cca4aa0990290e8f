import { buildApp } from 'fauxqs';

export type App = ReturnType<typeof buildApp>;

export interface Message {
  body: string;
  messageGroupId?: string;
}

export interface Queue {
  enqueue(message: Message): void;
  dequeue(...wanted: unknown[]): unknown[];
}

export interface SqsStore {
  createQueue(...options: unknown[]): Queue;
}

export interface MultipartUpload {
  bucket: string;
  key: string;
  uploadId: string;
  initiated: Date;
}

export interface S3Store {
  persistence?: unknown;
  multipartUploads: Map<string, MultipartUpload>;
  createBucket(name: string): void;
}

export const SqsStore = await part<SqsStore>('./sqs/sqsStore.js', 'SqsStore');
const SnsStore = await part<object>('./sns/snsStore.js', 'SnsStore');
export const S3Store = await part<S3Store>('./s3/s3Store.js', 'S3Store');
export const FileS3Persistence = await part<{ loadS3: (store: S3Store) => void }>(
  './s3/fileS3Persistence.js',
  'FileS3Persistence',
);

/** What fauxqs does not export is loaded by its files. */
async function part<T>(file: string, name: string): Promise<new (...args: unknown[]) => T> {
  const module = (await import(new URL(file, import.meta.resolve('fauxqs')).href)) as Record<string, unknown>;
  return module[name] as new (
    ...args: unknown[]
  ) => T;
}

/** fauxqs' own start binds every address; its app listens where it is told. */
export function createApp(sqsStore: SqsStore, s3Store: S3Store): App {
  const options = { logger: false, stores: { sqsStore, s3Store, snsStore: new SnsStore() } };
  return buildApp(options as unknown as Parameters<typeof buildApp>[0]);
}
