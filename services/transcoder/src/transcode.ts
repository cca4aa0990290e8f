import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES, isMovie } from '@anb/service-kit/container';
import { isDependencyAway } from '@anb/service-kit/errors';
import { type MediaFile, mediaKey } from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';
import { type Picture, type Programs, probePicture, runFfmpeg, TookTooLong, Unreadable } from './ffmpeg.ts';
import { BUMPER_SECONDS, MAX_CLIP_SECONDS, planTranscode } from './recipe.ts';
import type { Lease, Progress } from './store.ts';

/** Why a video can not become a clip, however often it is tried. The videos service words each for the player. */
export type FailureCode = 'not_a_video' | 'unreadable' | 'no_picture' | 'too_short' | 'too_large_picture';

/** Why an attempt broke off although another may succeed; the reason that is told when none did. */
export type PassingFault = 'original_missing' | 'took_too_long' | 'unavailable' | 'processing_failed';

export function faultOf(error: unknown): PassingFault {
  if (error instanceof TookTooLong) return 'took_too_long';
  if (error instanceof Error && error.name === 'NoSuchKey') return 'original_missing';
  return isDependencyAway(error) ? 'unavailable' : 'processing_failed';
}

export type TranscodeResult =
  | { outcome: 'made'; durationSeconds: number }
  | { outcome: 'impossible'; code: FailureCode; detail: string };

export interface TranscodeOptions {
  objects: ObjectStore;
  programs: Programs;
  scratchDir: string;
  /** Ends the work at once: the lease is lost or the worker stops. */
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

const MIN_CLIP_SECONDS = 0.5;
/** 8K, in pixels; beyond it a frame alone takes hundreds of megabytes. */
const MAX_PIXELS = 7680 * 4320;
/** Two cores need about 10 s for a usual clip; one that takes this long is a trap. */
const TIMEOUT_SECONDS = 600;

const outputs: Record<MediaFile, string> = { 'clip.mp4': 'video/mp4', 'poster.jpg': 'image/jpeg' };

class Impossible extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Makes a video's clip and poster and stores them under the lease's token.
 * @throws what may pass by itself: the store is away, the disk full, the signal given
 */
export async function transcode(lease: Lease, options: TranscodeOptions): Promise<TranscodeResult> {
  const folder = await mkdtemp(join(options.scratchDir, 'transcode-'));
  try {
    return { outcome: 'made', durationSeconds: await make(lease, folder, options) };
  } catch (error) {
    if (error instanceof Impossible)
      return { outcome: 'impossible', code: error.code, detail: error.message };
    if (error instanceof Unreadable)
      return { outcome: 'impossible', code: 'unreadable', detail: error.message };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function make(
  { videoId, token, originalKey }: Lease,
  folder: string,
  options: TranscodeOptions,
): Promise<number> {
  const { objects, programs, signal, onProgress } = options;
  const path = (name: MediaFile | 'original') => join(folder, name);

  await objects.download(originalKey, path('original'), signal);
  onProgress({ stage: 'examining', percent: 5 });
  const picture = await examine(programs, path('original'), signal);
  onProgress({ stage: 'transcoding', percent: 10 });

  const expected = Math.min(picture.seconds, MAX_CLIP_SECONDS) + BUMPER_SECONDS;
  const source = { path: path('original'), stream: picture.stream, seconds: picture.seconds };
  await runFfmpeg(programs, planTranscode(source, path('clip.mp4'), path('poster.jpg')), {
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    onProgress: (seconds) =>
      onProgress({ stage: 'transcoding', percent: Math.min(90, 10 + Math.round((80 * seconds) / expected)) }),
  });
  const made = await probePicture(programs, path('clip.mp4'), signal);
  judgeMade(made, expected);
  onProgress({ stage: 'storing', percent: 95 });

  for (const file of Object.keys(outputs) as MediaFile[]) {
    const headers = { contentType: outputs[file], cacheControl: 'public, max-age=31536000, immutable' };
    await objects.put(mediaKey(videoId, token, file), createReadStream(path(file)), headers, { signal });
  }
  return made.seconds;
}

/** Finds what can be told before the costly part. */
async function examine(programs: Programs, path: string, signal: AbortSignal): Promise<Picture> {
  if (!isMovie(await readHead(path))) throw new Impossible('not_a_video', 'neither MP4 nor QuickTime');
  const picture = await probePicture(programs, path, signal);
  if (!picture) throw new Impossible('no_picture', 'no picture track');
  if (picture.width * picture.height > MAX_PIXELS) {
    throw new Impossible('too_large_picture', `${picture.width}x${picture.height}`);
  }
  if (picture.seconds < MIN_CLIP_SECONDS) throw new Impossible('too_short', `${picture.seconds} s`);
  return picture;
}

/** A file that was cut off can announce more than it holds; a clip of what is left would be passed off as whole. */
function judgeMade(made: Picture | null, expectedSeconds: number): asserts made is Picture {
  if (!made || made.seconds < 0.9 * expectedSeconds) {
    throw new Impossible('unreadable', `${made?.seconds ?? 0} s of ${expectedSeconds} s could be read`);
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
