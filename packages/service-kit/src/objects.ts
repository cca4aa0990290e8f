import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl, S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { lendPartBuffer, PART_BYTES, returnPartBuffer } from './part-buffers.ts';

export interface ObjectStoreOptions {
  bucket: string;
  region: string;
  endpoint?: string | undefined;
  publicEndpoint?: string | undefined;
  /** A connection on which nothing moves for so long is dead. */
  silenceMs?: number;
  /** How long a whole part may take to be stored, with what is tried again. */
  partMs?: number;
}

export interface ObjectHeaders {
  contentType: string;
  cacheControl?: string;
}

export interface Part {
  /** From 1. */
  number: number;
  etag: string;
}

export interface PutOptions {
  signal?: AbortSignal | undefined;
  /** Hears the id of the multipart upload before its first part, to note it where a crash leaves it known. */
  onMultipart?: ((uploadId: string) => Promise<void>) | undefined;
}

export interface StoredObject {
  key: string;
  bytes: number;
  modifiedAt: Date;
}

export interface UnfinishedMultipart {
  key: string;
  uploadId: string;
  startedAt: Date;
}

/** The store does not hold the parts that a completion named, or not with these ETags. */
export class InvalidParts extends Error {}

/** A part's signed address must outlive the parts sent before it over a slow link; a client can ask for fresh ones. */
const PART_URL_SECONDS = 3600;
/** A signed URL lives at least one bucket and at most two, so an open page keeps working. */
const SIGNATURE_BUCKET_SECONDS = 3 * 3600;
const MAX_REMEMBERED_URLS = 20_000;
const SILENCE_MS = 30_000;
/** Somebody waits for each of these, and load balancers do not wait forever. */
const PART_MS = 40_000;
const BEGIN_MS = 5_000;
const ABORT_MS = 5_000;

/** One S3 bucket. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #signer: S3Client;
  readonly #partSigner: S3RequestPresigner;
  readonly #bucket: string;
  readonly #partMs: number;
  #signed = new Map<string, Promise<string>>();
  #signedIn = 0;

  constructor(options: ObjectStoreOptions) {
    const { bucket, region, endpoint, publicEndpoint, silenceMs = SILENCE_MS, partMs = PART_MS } = options;
    const open = (at: string | undefined) =>
      new S3Client({
        region,
        maxAttempts: 3,
        // Or a signed part address would name the checksum of no bytes. Bodies are covered by the signature.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        requestHandler: { connectionTimeout: 3_000, socketTimeout: silenceMs },
        // Only AWS itself is addressed by bucket name as host.
        ...(at && { endpoint: at, forcePathStyle: true }),
      });
    this.#bucket = bucket;
    this.#partMs = partMs;
    this.#client = open(endpoint);
    this.#signer = publicEndpoint && publicEndpoint !== endpoint ? open(publicEndpoint) : this.#client;
    this.#partSigner = new S3RequestPresigner(this.#signer.config);
  }

  /** @throws unless the bucket is there and its contents may be listed */
  async reach(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
  }

  /** Stores a stream of unknown length, a part in memory at a time; nothing stays behind when it breaks off. */
  async put(key: string, body: Readable, headers: ObjectHeaders, options: PutOptions = {}): Promise<void> {
    const { signal, onMultipart } = options;
    const buffer = lendPartBuffer();
    let filled = 0;
    let uploadId: string | undefined;
    const parts: Part[] = [];
    const flush = async () => {
      if (uploadId === undefined) {
        uploadId = await this.beginMultipart(key, headers, signal);
        await onMultipart?.(uploadId);
      }
      const number = parts.length + 1;
      parts.push({
        number,
        etag: await this.#putPart(key, uploadId, number, buffer.subarray(0, filled), signal),
      });
      filled = 0;
    };
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        for (let rest = chunk; rest.length > 0; ) {
          const taken = rest.copy(buffer, filled);
          filled += taken;
          rest = rest.subarray(taken);
          if (filled === PART_BYTES) await flush();
        }
      }
      if (uploadId === undefined)
        return await this.#putWhole(key, buffer.subarray(0, filled), headers, signal);
      if (filled > 0) await flush();
      await this.completeMultipart(key, uploadId, parts, signal);
    } catch (error) {
      if (uploadId !== undefined) {
        await this.abortMultipart(key, uploadId, AbortSignal.timeout(ABORT_MS)).catch(() => {});
      }
      throw error;
    } finally {
      returnPartBuffer(buffer);
    }
  }

  async #putWhole(key: string, body: Buffer, headers: ObjectHeaders, signal?: AbortSignal): Promise<void> {
    const command = new PutObjectCommand({
      ...{ Bucket: this.#bucket, Key: key, Body: body, ...headersOf(headers) },
    });
    await within(this.#partMs, signal, (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  async beginMultipart(key: string, headers: ObjectHeaders, signal?: AbortSignal): Promise<string> {
    const command = new CreateMultipartUploadCommand({
      ...{ Bucket: this.#bucket, Key: key, ...headersOf(headers) },
    });
    const { UploadId } = await within(BEGIN_MS, signal, (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    );
    if (!UploadId) throw new Error('the store began no multipart upload');
    return UploadId;
  }

  async #putPart(
    key: string,
    uploadId: string,
    number: number,
    body: Buffer,
    signal?: AbortSignal,
  ): Promise<string> {
    const command = new UploadPartCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: uploadId, PartNumber: number, Body: body },
    });
    const { ETag } = await within(this.#partMs, signal, (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    );
    return ETag ?? '';
  }

  /**
   * Addresses to put parts of exactly so many bytes each without credentials. The SDK builds the first; the others
   * differ in number and size, and are signed alone for an eighth of the time and memory.
   */
  async signParts(
    key: string,
    uploadId: string,
    parts: readonly { number: number; bytes: number }[],
  ): Promise<{ number: number; url: string }[]> {
    const [first, ...others] = parts;
    if (!first) return [];
    const command = new UploadPartCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: uploadId },
      ...{ PartNumber: first.number, ContentLength: first.bytes },
    });
    const url = await getSignedUrl(this.#signer, command, { expiresIn: PART_URL_SECONDS });
    const signedLikeIt = others.map(async ({ number, bytes }) => ({
      number,
      url: await this.#signPartLike(url, number, bytes),
    }));
    return [{ number: first.number, url }, ...(await Promise.all(signedLikeIt))];
  }

  async #signPartLike(address: string, number: number, bytes: number): Promise<string> {
    const url = new URL(address);
    for (const name of [...url.searchParams.keys()]) {
      if (name.startsWith('X-Amz-')) url.searchParams.delete(name);
    }
    url.searchParams.set('partNumber', String(number));
    const { query = {} } = await this.#partSigner.presign(
      {
        ...{ method: 'PUT', protocol: url.protocol, hostname: url.hostname, path: url.pathname },
        ...(url.port && { port: Number(url.port) }),
        query: Object.fromEntries(url.searchParams),
        headers: { 'content-length': String(bytes) },
      },
      { expiresIn: PART_URL_SECONDS },
    );
    url.search = new URLSearchParams(query as Record<string, string>).toString();
    return url.href;
  }

  /**
   * Makes an object of the parts. Done already, as when the answer to an earlier call was lost, it is no error.
   * @throws InvalidParts
   */
  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly Part[],
    signal?: AbortSignal,
  ): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    const command = new CompleteMultipartUploadCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts } },
    });
    try {
      await within(this.#partMs, signal, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      const { name } = error as Error;
      if (name === 'InvalidPart' || name === 'InvalidPartOrder' || name === 'EntityTooSmall') {
        throw new InvalidParts(name, { cause: error });
      }
      if (name !== 'NoSuchUpload' || (await this.head(key)) === null) throw error;
    }
  }

  /** Lets go of the parts; that there are none is no error. */
  async abortMultipart(key: string, uploadId: string, signal?: AbortSignal): Promise<void> {
    await this.#client
      .send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId }), {
        ...(signal && { abortSignal: signal }),
      })
      .catch((error: Error) => {
        if (error.name !== 'NoSuchUpload') throw error;
      });
  }

  /** null when there is no such object. */
  async head(key: string): Promise<{ bytes: number } | null> {
    try {
      const { ContentLength = 0 } = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#bucket, Key: key }),
      );
      return { bytes: ContentLength };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** An object's first bytes, fewer when it has fewer; null when there is no such object. */
  async readStart(key: string, bytes: number): Promise<Uint8Array | null> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range: `bytes=0-${bytes - 1}` }),
      );
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (isMissing(error)) return null;
      // Of no bytes there is no first one.
      if ((error as Error).name === 'InvalidRange') return new Uint8Array();
      throw error;
    }
  }

  /** @returns false when there is nothing to copy */
  async copy(from: string, to: string): Promise<boolean> {
    try {
      await this.#client.send(
        new CopyObjectCommand({
          Bucket: this.#bucket,
          CopySource: `${this.#bucket}/${from.split('/').map(encodeURIComponent).join('/')}`,
          Key: to,
        }),
      );
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
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
    for await (const page of this.#pages(prefix)) await this.delete(page.map(({ key }) => key));
  }

  /** At most a thousand at a time; that one is not there is no error. */
  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { Errors = [] } = await this.#client.send(
      new DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
      }),
    );
    if (Errors[0]) throw new Error(`${Errors[0].Key} not deleted: ${Errors[0].Code} ${Errors[0].Message}`);
  }

  /** Every object whose key starts so, in the order of the keys. */
  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const page of this.#pages(prefix)) yield* page;
  }

  async *#pages(prefix: string): AsyncGenerator<StoredObject[]> {
    let token: string | undefined;
    do {
      const { Contents = [], NextContinuationToken } = await this.#client.send(
        new ListObjectsV2Command({
          ...{ Bucket: this.#bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) },
        }),
      );
      yield Contents.map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
        ...{ key: Key, bytes: Size, modifiedAt: LastModified },
      }));
      token = NextContinuationToken;
    } while (token);
  }

  /** Multipart uploads that nobody has completed or aborted; null when the store can not tell. */
  async listMultiparts(): Promise<UnfinishedMultipart[] | null> {
    const found: UnfinishedMultipart[] = [];
    let next: { KeyMarker?: string; UploadIdMarker?: string } = {};
    try {
      for (;;) {
        const page = await this.#client.send(
          new ListMultipartUploadsCommand({ Bucket: this.#bucket, ...next }),
        );
        for (const { Key = '', UploadId = '', Initiated = new Date(0) } of page.Uploads ?? []) {
          found.push({ key: Key, uploadId: UploadId, startedAt: Initiated });
        }
        if (!page.IsTruncated || !page.NextKeyMarker) return found;
        next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' };
      }
    } catch (error) {
      if (['NotImplemented', 'MethodNotAllowed'].includes((error as Error).name)) return null;
      throw error;
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

/** @throws TimeoutError; the client's own error when it is told to stop does not say why */
async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(ms);
  try {
    return await call(signal ? AbortSignal.any([late, signal]) : late);
  } catch (error) {
    late.throwIfAborted();
    throw error;
  }
}

const headersOf = ({ contentType, cacheControl }: ObjectHeaders) => ({
  ContentType: contentType,
  ...(cacheControl && { CacheControl: cacheControl }),
});

const isMissing = (error: unknown) =>
  error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
