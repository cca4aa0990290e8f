import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

export interface StoredObject {
  key: string;
  etag: string;
  changed: string;
}

/** Looks into the bucket past every proxy. */
export class Bucket {
  readonly name: string;
  readonly #client: S3Client;

  constructor(name: string, endpoint: string) {
    this.name = name;
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
    await this.#client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body }));
  }

  close(): void {
    this.#client.destroy();
  }
}
