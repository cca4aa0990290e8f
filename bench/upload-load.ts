import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from '@anb/api-client/api';
import { beginDirectUpload, sendDirectUpload } from '@anb/api-client/direct-upload';
import { uploadClip } from '@anb/api-client/upload';
import { PART_BYTES } from '@anb/service-kit/part-buffers';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** A load as its own process, so that it shares nothing with what is measured but the machine. */
export interface Load {
  /** `bare` puts the same bytes to the store with nothing between, in the same parts. */
  kind: 'form' | 'direct' | 'bare' | 'slow';
  /** At once. */
  count: number;
  path: string;
  url: string;
  /** Of players, who send in turn. */
  tokens: string[];
  store: { endpoint: string; bucket: string; region: string };
}

export interface LoadResult {
  seconds: number;
  /** Each upload's. */
  each: number[];
  /** What the uploads were answered; of `bare` their keys. */
  ids: string[];
}

const SLOW_BYTES = 1000;
const SLOW_EVERY_MS = 100;

const clip = ({ path }: Load) => ({
  ...{ path, filename: 'clip.mp4', title: 'Mi mejor jugada', isPublic: false },
});

const tokenOf = ({ tokens }: Load, place: number) => tokens[place % tokens.length] ?? '';

function sendForm(load: Load, place: number): Promise<string> {
  return uploadClip(new Api(load.url), tokenOf(load, place), clip(load));
}

async function sendDirect(load: Load, place: number): Promise<string> {
  const api = new Api(load.url);
  const token = tokenOf(load, place);
  const videoId = await beginDirectUpload(api, token, clip(load));
  await sendDirectUpload(api, token, { videoId, path: load.path });
  return videoId;
}

async function putBare({ path, store: { bucket: Bucket, ...options } }: Load): Promise<string> {
  const s3 = new S3Client({
    ...{ ...options, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' },
  });
  const Key = `bare/${randomUUID()}`;
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  await using file = await open(path);
  const part = Buffer.alloc(PART_BYTES);
  for (let PartNumber = 1; ; PartNumber++) {
    const { bytesRead } = await file.read(part, 0, PART_BYTES);
    if (bytesRead === 0) break;
    const Body = part.subarray(0, bytesRead);
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  s3.destroy();
  return Key;
}

let isEnough = false;
process.once('message', () => {
  isEnough = true;
});

/** A form at 10 kB/s until the bench says that it is enough; then its end is sent and it must be answered 201. */
async function sendSlowly(load: Load, place: number): Promise<string> {
  const { url, count } = load;
  await sleep((place * SLOW_EVERY_MS) / count);
  const upload = http.request(`${url}/api/videos/upload`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${tokenOf(load, place)}`,
      'content-type': 'multipart/form-data; boundary=b',
    },
  });
  const answered = once(upload, 'response');
  const disposition = 'content-disposition: form-data; name=';
  upload.write(`--b\r\n${disposition}"title"\r\n\r\nMi mejor jugada\r\n`);
  upload.write(`--b\r\n${disposition}"video_file"; filename="a.mp4"\r\n\r\n\0\0\0\x18ftypisom`);
  while (!isEnough && upload.writable) {
    upload.write(Buffer.alloc(SLOW_BYTES, 7));
    await sleep(SLOW_EVERY_MS);
  }
  upload.end('\r\n--b--\r\n');
  const [response] = (await answered) as [http.IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 201)
    throw new Error(`a slow upload was answered ${response.statusCode} ${body}`);
  return (JSON.parse(body) as { task_id: string }).task_id;
}

if (process.send) {
  const load = JSON.parse(process.argv[2] ?? '') as Load;
  const one = { form: sendForm, direct: sendDirect, bare: putBare, slow: sendSlowly }[load.kind];
  const start = performance.now();
  const uploads = Array.from({ length: load.count }, async (_, place) => {
    const id = await one(load, place);
    return { id, seconds: (performance.now() - start) / 1000 };
  });
  const ended = await Promise.all(uploads);
  const each = ended.map(({ seconds }) => seconds);
  const result: LoadResult = { seconds: Math.max(...each), each, ids: ended.map(({ id }) => id) };
  process.send(result, undefined, undefined, () => process.disconnect());
}
