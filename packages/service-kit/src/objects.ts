import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

export interface ObjectStoreOptions {
  bucket: string;
  region: string;
  endpoint?: string | undefined;
  publicEndpoint?: string | undefined;
}

export interface ObjectHeaders {
  contentType: string;
  cacheControl?: string;
}

const PART_BYTES = 5 * 1024 * 1024;
/** A signed URL lives at least one bucket and at most two, so an open page keeps working. */
const SIGNATURE_BUCKET_SECONDS = 3 * 3600;
const MAX_REMEMBERED_URLS = 20_000;

/** One S3 bucket. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #signer: S3Client;
  readonly #bucket: string;
  #signed = new Map<string, Promise<string>>();
  #signedIn = 0;

  constructor({ bucket, region, endpoint, publicEndpoint }: ObjectStoreOptions) {
    const open = (at: string | undefined) =>
      new S3Client({
        region,
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000 },
        // Only AWS itself is addressed by bucket name as host.
        ...(at && { endpoint: at, forcePathStyle: true }),
      });
    this.#bucket = bucket;
    this.#client = open(endpoint);
    this.#signer = publicEndpoint && publicEndpoint !== endpoint ? open(publicEndpoint) : this.#client;
  }

  /** @throws unless the bucket is there and its contents may be listed */
  async reach(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
  }

  /** Stores a stream of unknown length part by part; nothing stays behind when it breaks off. */
  async put(key: string, body: Readable, { contentType, cacheControl }: ObjectHeaders, signal?: AbortSignal) {
    const upload = new Upload({
      client: this.#client,
      params: {
        Bucket: this.#bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        ...(cacheControl && { CacheControl: cacheControl }),
      },
      partSize: PART_BYTES,
      queueSize: 1,
      leavePartsOnError: false,
    });
    const abort = () => void upload.abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await upload.done();
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Writes an object to a file. */
  async download(key: string, path: string, signal: AbortSignal): Promise<void> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
      abortSignal: signal,
    });
    await pipeline(Body as Readable, createWriteStream(path), { signal });
  }

  /** Deletes every object whose key starts so; that none is there is no error. */
  async deleteAll(prefix: string): Promise<void> {
    for (;;) {
      const { Contents = [] } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix }),
      );
      if (Contents.length === 0) return;
      await this.#client.send(
        new DeleteObjectsCommand({
          Bucket: this.#bucket,
          Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true },
        }),
      );
    }
  }

  /** An address to read the object without credentials; signed once per object and time bucket. */
  signedUrl(key: string, now = Date.now()): Promise<string> {
    const bucket = Math.floor(now / 1000 / SIGNATURE_BUCKET_SECONDS);
    if (bucket !== this.#signedIn || this.#signed.size >= MAX_REMEMBERED_URLS) {
      this.#signed = new Map();
      this.#signedIn = bucket;
    }
    let url = this.#signed.get(key);
    if (!url) {
      url = getSignedUrl(this.#signer, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
        signingDate: new Date(bucket * SIGNATURE_BUCKET_SECONDS * 1000),
        expiresIn: 2 * SIGNATURE_BUCKET_SECONDS,
      });
      this.#signed.set(key, url);
      // A failure is not remembered: the credentials may be there the next time.
      url.catch(() => this.#signed.delete(key));
    }
    return url;
  }

  close(): void {
    this.#client.destroy();
    this.#signer.destroy();
  }
}
