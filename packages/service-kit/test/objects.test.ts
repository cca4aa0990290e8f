import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTestBucket, type TestBucket } from '@anb/testing/cloud';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { InvalidParts, ObjectStore } from '../src/objects.ts';
import { PART_BYTES } from '../src/part-buffers.ts';

const bucket: TestBucket = await createTestBucket();
const store = new ObjectStore(bucket);
const folder = mkdtempSync(join(tmpdir(), 'anb-objects-'));
const file = join(folder, 'download');

const TYPE = { contentType: 'video/mp4' };
const LARGE = randomBytes(2 * PART_BYTES + 1234);
const never = new AbortController().signal;
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const put = (key: string, bytes: Uint8Array | string = 'clip', headers = TYPE) =>
  store.put(key, Readable.from([Buffer.from(bytes)]), headers);
const downloaded = async (key: string) => {
  await store.download(key, file, never);
  return readFileSync(file);
};
const keysBelow = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);

/** Some servers believe every signature: whether this one does is seen from one made with another secret. */
async function checksSignatures(): Promise<boolean> {
  await put('signed/any');
  const forger = new S3Client({
    ...{ region: bucket.region, endpoint: bucket.endpoint, forcePathStyle: true },
    credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'another' },
  });
  const { status } = await fetch(
    await getSignedUrl(forger, new GetObjectCommand({ Bucket: bucket.bucket, Key: 'signed/any' })),
  );
  return status === 403;
}
const strict = await checksSignatures();
const refuses = strict ? 'refuses' : 'would refuse (this server believes every signature)';

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe('put', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['less than a part', Buffer.from('clip')],
    ['exactly two parts', LARGE.subarray(0, 2 * PART_BYTES)],
    ['two parts and a rest', LARGE],
  ])('stores a stream of %s byte by byte', async (_size, bytes) => {
    await store.put('put/clip', Readable.from(chunksOf(bytes, 64 * 1024)), TYPE);
    expect(await store.head('put/clip')).toEqual({ bytes: bytes.length });
    expect(hash(await downloaded('put/clip'))).toBe(hash(bytes));
  });

  test('keeps type and cache lifetime, which a reader gets to see', async () => {
    await store.put('put/poster', Readable.from([Buffer.from('jpeg')]), {
      contentType: 'image/jpeg',
      cacheControl: 'private, max-age=60',
    });
    const { headers } = await fetch(await store.signedUrl('put/poster'));
    expect(headers.get('content-type')).toBe('image/jpeg');
    expect(headers.get('cache-control')).toBe('private, max-age=60');
  });

  test('tells the multipart upload before its first part, and leaves none of it when the stream breaks off', async () => {
    const begun: string[] = [];
    const broken = async function* () {
      yield LARGE;
      throw new Error('connection lost');
    };
    const onMultipart = async (uploadId: string) => void begun.push(uploadId);
    await expect(store.put('put/broken', Readable.from(broken()), TYPE, { onMultipart })).rejects.toThrow(
      'connection lost',
    );
    expect(begun).toEqual([expect.stringMatching(/./)]);
    expect(await store.head('put/broken')).toBeNull();
    expect((await store.listMultiparts())?.filter(({ key }) => key === 'put/broken')).toEqual([]);
  });

  test('ends when it is told to', async () => {
    const stop = new AbortController();
    const endless = async function* () {
      for (;;) {
        yield LARGE;
        stop.abort();
      }
    };
    await expect(
      store.put('put/stopped', Readable.from(endless()), TYPE, { signal: stop.signal }),
    ).rejects.toThrow(/abort/i);
    expect(await store.head('put/stopped')).toBeNull();
  });
});

describe('an object', () => {
  test('that is not there is null to head, nothing to copy or delete, and an error to download', async () => {
    expect(await store.head('none')).toBeNull();
    expect(await store.copy('none', 'other')).toBe(false);
    await store.delete(['none']);
    await expect(store.download('none', file, never)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('gives its first bytes, or the fewer it has', async () => {
    await put('start/clip', 'showcase');
    expect(Buffer.from((await store.readStart('start/clip', 4)) ?? []).toString()).toBe('show');
    expect(Buffer.from((await store.readStart('start/clip', 64)) ?? []).toString()).toBe('showcase');
    await put('start/nothing', '');
    expect(await store.readStart('start/nothing', 4)).toEqual(new Uint8Array());
    expect(await store.readStart('start/none', 4)).toBeNull();
  });

  test('is copied with its type', async () => {
    await put('copy/a', 'copied');
    expect(await store.copy('copy/a', 'copy/b')).toBe(true);
    expect((await downloaded('copy/b')).toString()).toBe('copied');
    expect((await fetch(await store.signedUrl('copy/b'))).headers.get('content-type')).toBe('video/mp4');
  });
});

describe('many objects', () => {
  const keys = Array.from({ length: 1001 }, (_, index) => `many/${String(index).padStart(4, '0')}`);

  beforeAll(async () => {
    await put('many-others/1');
    const left = [...keys];
    const work = async () => {
      for (let key = left.pop(); key; key = left.pop()) await put(key);
    };
    await Promise.all([work(), work(), work(), work()]);
  });

  test('are listed in order, also past the page of a thousand, with size and time', async () => {
    expect(await keysBelow('many/')).toEqual(keys);
    const [first] = await Array.fromAsync(store.list('many/0000'));
    expect(first).toMatchObject({ key: 'many/0000', bytes: 4 });
    expect(Math.abs(Date.now() - (first?.modifiedAt.getTime() ?? 0))).toBeLessThan(5 * 60_000);
  });

  test('go by their prefix, all of them and no others', async () => {
    await store.delete(['many/0000']);
    expect(await store.head('many/0000')).toBeNull();
    await store.deleteAll('many/');
    expect(await keysBelow('many')).toEqual(['many-others/1']);
    await store.deleteAll('many/');
  });
});

describe('a multipart upload by signed addresses', () => {
  const begin = (key: string) => store.beginMultipart(key, TYPE);
  /** Asked for behind another, since all but the first are signed alone. */
  const signPart = async (key: string, uploadId: string, number: number, bytes: number) => {
    const parts = [
      { number: 7, bytes: PART_BYTES },
      { number, bytes },
    ];
    return (await store.signParts(key, uploadId, parts))[1]?.url ?? '';
  };
  const send = async (address: string, bytes: Uint8Array) => {
    const answer = await fetch(address, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> });
    return { status: answer.status, etag: answer.headers.get('etag') ?? '' };
  };
  const sendPart = async (key: string, uploadId: string, number: number, bytes: Uint8Array) => {
    const { status, etag } = await send(await signPart(key, uploadId, number, bytes.length), bytes);
    expect(status).toBe(200);
    return { number, etag };
  };
  const [first, rest] = [LARGE.subarray(0, PART_BYTES), LARGE.subarray(PART_BYTES)];

  test('becomes one object, and stays it when it is completed again', async () => {
    const uploadId = await begin('parts/clip');
    const second = await sendPart('parts/clip', uploadId, 2, rest);
    await sendPart('parts/clip', uploadId, 1, rest); // Sent again, the later one counts.
    const parts = [await sendPart('parts/clip', uploadId, 1, first), second];
    expect(await store.head('parts/clip')).toBeNull();

    await store.completeMultipart('parts/clip', uploadId, parts);
    await store.completeMultipart('parts/clip', uploadId, parts);
    expect(await store.head('parts/clip')).toEqual({ bytes: LARGE.length });
    expect(hash(await downloaded('parts/clip'))).toBe(hash(LARGE));
  });

  test('is listed until it is completed or aborted', async () => {
    const uploadId = await begin('parts/listed');
    const listed = async () => (await store.listMultiparts())?.filter(({ key }) => key === 'parts/listed');
    const [upload] = (await listed()) ?? [];
    expect(upload).toMatchObject({ key: 'parts/listed', uploadId });
    expect(Math.abs(Date.now() - (upload?.startedAt.getTime() ?? 0))).toBeLessThan(5 * 60_000);
    await store.abortMultipart('parts/listed', uploadId);
    expect(await listed()).toEqual([]);
  });

  test('is not completed with parts that the store does not have so, and can still be', async () => {
    const uploadId = await begin('parts/wrong');
    const [one, two] = [
      await sendPart('parts/wrong', uploadId, 1, first),
      await sendPart('parts/wrong', uploadId, 2, rest),
    ];
    for (const parts of [
      [{ ...one, etag: two.etag }, two],
      [one, { ...two, number: 3 }],
      [two, one],
    ]) {
      await expect(store.completeMultipart('parts/wrong', uploadId, parts)).rejects.toThrow(InvalidParts);
    }
    await store.completeMultipart('parts/wrong', uploadId, [one, two]);
    expect(await store.head('parts/wrong')).toEqual({ bytes: LARGE.length });
  });

  test('is not completed when a part before the last is too small', async () => {
    const uploadId = await begin('parts/small');
    const parts = [
      await sendPart('parts/small', uploadId, 1, Buffer.from('small')),
      await sendPart('parts/small', uploadId, 2, Buffer.from('small')),
    ];
    await expect(store.completeMultipart('parts/small', uploadId, parts)).rejects.toThrow(InvalidParts);
  });

  test('is gone once aborted, and may be aborted twice', async () => {
    const uploadId = await begin('parts/aborted');
    const part = await sendPart('parts/aborted', uploadId, 1, first);
    await store.abortMultipart('parts/aborted', uploadId);
    await store.abortMultipart('parts/aborted', uploadId);
    await expect(store.completeMultipart('parts/aborted', uploadId, [part])).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    const { status } = await send(
      await signPart('parts/aborted', uploadId, 1, first.length),
      Buffer.from(first),
    );
    expect(status).toBe(404);
  });

  test('has addresses that sign the size and promise no checksum', async () => {
    const parts = [1, 2, 3].map((number) => ({ number, bytes: 1234 }));
    const addresses = await store.signParts('parts/any', 'any', parts);
    expect(addresses.map(({ number }) => number)).toEqual([1, 2, 3]);
    for (const { number, url } of addresses) {
      const { searchParams } = new URL(url);
      expect(searchParams.get('partNumber')).toBe(String(number));
      expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
      expect([...searchParams.keys()].filter((name) => name.toLowerCase().includes('checksum'))).toEqual([]);
    }
    expect(await store.signParts('parts/any', 'any', [])).toEqual([]);
  });

  test('has one address for a part, alone or behind another', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const [alone] = await store.signParts('parts/any', 'any', [{ number: 2, bytes: 1234 }]);
    const sorted = (url = '') => [...new URL(url).searchParams].sort();
    expect(sorted(await signPart('parts/any', 'any', 2, 1234))).toEqual(sorted(alone?.url));
  });

  test.skipIf(!strict)(`${refuses} a part of another size, number or key`, async () => {
    const uploadId = await begin('parts/exact');
    const address = await signPart('parts/exact', uploadId, 1, first.length);
    const refused = [
      await send(address, first.subarray(1)),
      await send(address, Buffer.concat([first, Buffer.from('1')])),
      await send(address.replace('partNumber=1', 'partNumber=2'), first),
      await send(address.replace('parts/exact', 'parts/other'), first),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await send(address, first)).status).toBe(200);
  });
});

describe('a signed address', () => {
  const now = Date.now();

  test('reads the object without credentials, in ranges too, and is the same for everybody', async () => {
    const address = await store.signedUrl('signed/any', now);
    expect(await store.signedUrl('signed/any', now)).toBe(address);
    expect(await (await fetch(address)).text()).toBe('clip');
    const part = await fetch(address, { headers: { range: 'bytes=1-2' } });
    expect([part.status, await part.text()]).toEqual([206, 'li']);
  });

  test.skipIf(!strict)(
    `${refuses} another key, another signature, none, and one that is too old`,
    async () => {
      await put('signed/other');
      const address = await store.signedUrl('signed/any', now);
      const statuses = await Promise.all(
        [
          address.replace('signed/any', 'signed/other'),
          address.replace(/(X-Amz-Signature=)\w{4}/, '$10000'),
          address.split('?')[0] ?? '',
          await store.signedUrl('signed/any', now - 9 * 3600_000),
        ].map(async (changed) => (await fetch(changed)).status),
      );
      expect(statuses).toEqual([403, 403, 403, 403]);
    },
  );
});

function* chunksOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
