import { randomUUID } from 'node:crypto';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import { HEAD_BYTES, isMovie } from '@anb/service-kit/container';
import { ApiError, invalidInput, unavailable } from '@anb/service-kit/errors';
import { describeIssue } from '@anb/service-kit/input';
import { originalKey } from '@anb/service-kit/media';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { endUpload } from './end-upload.ts';
import { title } from './owner-routes.ts';
import { readPatiently } from './patient-reading.ts';
import { acceptUpload, beginUpload, type NewVideo, noteMultipart, type Origin } from './store/uploads.ts';
import { displayName, formTooLarge, notAVideo, within } from './upload-refusals.ts';

/** How long a refusal waits until what was stored is removed; what is not by then is left to the clean-up. */
const ENDING_MS = 5_000;

export interface UploadRequest {
  userId: number;
  origin: Origin;
  headers: Record<string, string>;
  /** Node's own stream: a web stream around it costs a quarter more processor time and memory. */
  body: Readable;
}

type Parser = InstanceType<typeof Busboy>;

interface StoredFile {
  filename: string;
  bytes: number;
}

interface Form {
  fields: Record<string, string>;
  file: StoredFile | undefined;
  hasMoreFiles: boolean;
}

const fieldsOfForm = z.object({
  title,
  is_public: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});

/**
 * Takes a multipart upload: the file goes to the store part by part while it arrives, then the video and its job
 * are committed together.
 * @returns the video's id
 * @throws ApiError 400, 413 or 415, with nothing left behind
 */
export async function receiveUpload(dependencies: Dependencies, request: UploadRequest): Promise<string> {
  const { sql, log, quota, maxUploadBytes } = dependencies;
  const parser = parserOf(request, maxUploadBytes);
  refuseUnread(request, maxUploadBytes);
  const videoId = randomUUID();
  const key = originalKey(videoId);
  within(
    quota,
    await beginUpload(sql, { video_id: videoId, user_id: request.userId, object_key: key }, quota),
  );

  let video: NewVideo;
  try {
    const form = await readForm(dependencies, parser, request, videoId);
    const { fields, file } = judge(form);
    video = {
      id: videoId,
      user_id: request.userId,
      title: fields.title,
      title_key: comparisonKey(fields.title),
      original_filename: file.filename,
      original_key: key,
      size_bytes: file.bytes,
      is_public: fields.is_public,
    };
  } catch (error) {
    const ended = endUpload(dependencies, videoId).catch((err: unknown) =>
      log.warn({ err, video_id: videoId }, 'refused upload not cleaned up'),
    );
    await Promise.race([ended, sleep(ENDING_MS, undefined, { ref: false })]);
    // The clean-up took it for abandoned.
    throw (error as Error).name === 'NoSuchUpload' ? unavailable() : error;
  }
  // When this fails its outcome can be unknown, so the object stays: the row may be there.
  if (!(await acceptUpload(sql, video, request.origin))) throw unavailable();
  return videoId;
}

function parserOf({ headers }: UploadRequest, maxUploadBytes: number): Parser {
  const unsupported = () =>
    new ApiError(415, 'unsupported_media_type', 'Send the clip as multipart/form-data, with its boundary.');
  if (!/^multipart\/form-data\b.*boundary="?[^"\s]/i.test(headers['content-type'] ?? '')) throw unsupported();
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { fileSize: maxUploadBytes, files: 2, fields: 10, fieldSize: 2000, headerPairs: 50 },
    });
  } catch {
    throw unsupported();
  }
}

/** What can be told before the body is read. */
function refuseUnread({ headers }: UploadRequest, maxUploadBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes(maxUploadBytes))
    throw formTooLarge(maxUploadBytes);
}

/** A body not far beyond the limit is read to its end, so that the slowest client hears why; one of any size is not. */
const maxBodyBytes = (maxUploadBytes: number) => 2 * maxUploadBytes;

async function readForm(
  { sql, objects, maxUploadBytes, uploadPatienceMs }: Dependencies,
  parser: Parser,
  { body }: UploadRequest,
  videoId: string,
): Promise<Form> {
  const form: Form = { fields: {}, file: undefined, hasMoreFiles: false };
  const broken = new AbortController();
  let storing: Promise<unknown> = Promise.resolve();

  parser.on('field', (name, value) => {
    form.fields[name] = value;
  });
  parser.on('filesLimit', () => {
    form.hasMoreFiles = true;
  });
  parser.on('file', (name, stream, filename) => {
    if (name === 'video_file' && form.file) form.hasMoreFiles = true;
    // Of a file that nobody asked for an error must be heard too, or it ends the process.
    if (name !== 'video_file' || form.file) return void stream.on('error', () => {}).resume();
    form.file = { filename: displayName(filename), bytes: 0 };
    const gate = new MovieGate(form.file);
    stream.on('limit', () => gate.destroy(formTooLarge(maxUploadBytes)));
    stream.on('error', () => gate.destroy(truncated()));
    broken.signal.addEventListener('abort', () => gate.destroy(broken.signal.reason));
    // What is refused is still read, or the client would not read our answer.
    gate.once('close', () => stream.unpipe(gate).resume());
    stream.pipe(gate);
    storing = objects.put(
      originalKey(videoId),
      gate,
      { contentType: 'video/mp4' },
      { onMultipart: (uploadId) => noteMultipart(sql, videoId, uploadId) },
    );
    storing.catch(() => {}); // awaited below, after the parser
  });

  try {
    await pipeline(measured(readPatiently(body, uploadPatienceMs), maxUploadBytes), parser);
  } catch (error) {
    const why = error instanceof ApiError ? error : truncated();
    broken.abort(why);
    await storing;
    throw why;
  }
  await storing;
  return form;
}

/** Counts all of the body, also what is between the parts and in parts that nobody asked for. */
async function* measured(body: AsyncIterable<Buffer>, maxUploadBytes: number) {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes(maxUploadBytes)) throw formTooLarge(maxUploadBytes);
    yield chunk;
  }
}

const truncated = () =>
  new ApiError(400, 'truncated_body', 'The upload broke off before its end. Send it again.');

/** Counts what passes, and lets it pass only if it begins like a movie. */
class MovieGate extends Transform {
  readonly #file: StoredFile;
  #head: Buffer | null = Buffer.alloc(0);

  constructor(file: StoredFile) {
    super();
    this.#file = file;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#file.bytes += chunk.length;
    if (this.#head === null) return done(null, chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length < HEAD_BYTES) return done();
    if (!isMovie(this.#head)) return done(notAVideo('video_file'));
    const head = this.#head;
    this.#head = null;
    done(null, head);
  }

  override _flush(done: TransformCallback): void {
    done(this.#head === null ? null : notAVideo('video_file'));
  }
}

function judge({ fields, file, hasMoreFiles }: Form) {
  const result = fieldsOfForm.safeParse(fields);
  const problems = result.error?.issues.map(describeIssue) ?? [];
  const ofFile = (message: string) => problems.unshift({ field: 'video_file', message });
  if (hasMoreFiles) ofFile('must be one file');
  if (!file) ofFile('video_file' in fields ? 'must be a file' : 'is required');
  if (!result.success || !file || hasMoreFiles) throw invalidInput(problems);
  return { fields: result.data, file };
}
