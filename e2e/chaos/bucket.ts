import { Readable } from 'node:stream';
import { ObjectStore } from '@anb/service-kit/objects';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

export interface StoredObject {
  key: string;
  etag: string;
  changed: string;
}

/** Looks into the bucket past every proxy. */
export class Bucket {
  readonly name: string;
  readonly #client: S3Client;
  readonly #store: ObjectStore;

  constructor(name: string, endpoint: string) {
    this.name = name;
    this.#store = new ObjectStore({ bucket: name, endpoint, region: 'us-east-1' });
    this.#client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }

  async objects(prefix = ''): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    let next: string | undefined;
    do {
      const { Contents = [], NextContinuationToken } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, ContinuationToken: next }),
      );
      found.push(
        ...Contents.map(({ Key = '', ETag = '', LastModified }) => ({
          key: Key,
          etag: ETag,
          changed: LastModified?.toISOString() ?? '',
        })),
      );
      next = NextContinuationToken;
    } while (next);
    return found;
  }

  /** Everything that the store holds of a video. */
  async objectsOf(videoId: string): Promise<StoredObject[]> {
    return (await this.objects()).filter(({ key }) => key.includes(videoId));
  }

  async put(key: string, body: Buffer): Promise<void> {
    await this.#store.put(key, Readable.from([body]), { contentType: 'video/mp4' });
  }

  close(): void {
    this.#client.destroy();
    this.#store.close();
  }
}
