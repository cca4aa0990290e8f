import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES, isMovie } from '@anb/service-kit/container';
import { isDependencyAway } from '@anb/service-kit/errors';
import { type MediaFile, mediaKey } from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';
import { confine } from './confine.ts';
import { type FailureCode, Impossible } from './failure.ts';
import { type Picture, type Programs, probePicture, runFfmpeg, TookTooLong } from './ffmpeg.ts';
import { judge, probeLimits, runLimits, wallSeconds } from './limits.ts';
import { BUMPER_SECONDS, MAX_CLIP_SECONDS, planTranscode } from './recipe.ts';
import { makeScratch } from './scratch.ts';
import type { Lease, Progress } from './store.ts';

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

const outputs: Record<MediaFile, string> = {
  'clip.mp4': 'video/mp4',
  'poster.jpg': 'image/jpeg',
  'thumbnail.jpg': 'image/jpeg',
};

/**
 * Makes a video's media and stores them under the lease's token.
 * @throws what may pass by itself: the store is away, the disk full, the signal given
 */
export async function transcode(lease: Lease, options: TranscodeOptions): Promise<TranscodeResult> {
  const folder = await makeScratch(options.scratchDir);
  try {
    return { outcome: 'made', durationSeconds: await make(lease, folder, options) };
  } catch (error) {
    if (error instanceof Impossible)
      return { outcome: 'impossible', code: error.code, detail: error.message };
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
  const { objects, signal, onProgress } = options;
  await objects.download(originalKey, join(folder, 'original'), signal);
  onProgress({ stage: 'examining', percent: 5 });
  const seconds = await makeMedia(folder, options);
  onProgress({ stage: 'storing', percent: 95 });

  for (const file of Object.keys(outputs) as MediaFile[]) {
    const headers = { contentType: outputs[file], cacheControl: 'public, max-age=31536000, immutable' };
    await objects.put(mediaKey(videoId, token, file), createReadStream(join(folder, file)), headers, {
      signal,
    });
  }
  return seconds;
}

/**
 * Makes the media of a folder's `original`, beside it.
 * @returns how many seconds the clip lasts
 * @throws Impossible, and what may pass by itself
 */
export async function makeMedia(
  folder: string,
  { programs, signal, onProgress }: Pick<TranscodeOptions, 'programs' | 'signal' | 'onProgress'>,
): Promise<number> {
  const path = (name: MediaFile | 'original' | 'ffmpeg' | 'ffprobe') => join(folder, name);
  const ffprobe = await confine(programs.ffprobe, path('ffprobe'), probeLimits);
  const picture = await examine(ffprobe, path('original'), signal);
  onProgress({ stage: 'transcoding', percent: 10 });

  const shown = Math.min(picture.seconds, MAX_CLIP_SECONDS);
  const limits = runLimits(picture);
  const ffmpeg = await confine(programs.ffmpeg, path('ffmpeg'), limits);
  const source = { ...picture, path: path('original'), pixels: picture.width * picture.height };
  await runFfmpeg(ffmpeg, planTranscode(source, path), {
    signal,
    timeoutSeconds: wallSeconds(limits),
    onProgress: (seconds) =>
      onProgress({ stage: 'transcoding', percent: percentOf(seconds / (shown + BUMPER_SECONDS)) }),
  });
  const made = await probePicture(ffprobe, path('clip.mp4'), signal);
  judgeMade(made, shown);
  return made.seconds;
}

/** Of the whole job, which encoding takes from a tenth to nine tenths. */
const percentOf = (encoded: number) => Math.min(90, 10 + Math.round(80 * encoded));

/** Finds what can be told before the costly part. */
async function examine(ffprobe: string, path: string, signal: AbortSignal): Promise<Picture> {
  if (!isMovie(await readHead(path))) throw new Impossible('not_a_video', 'neither MP4 nor QuickTime');
  const picture = await probePicture(ffprobe, path, signal);
  if (!picture) throw new Impossible('no_picture', 'no picture track');
  judge(picture);
  return picture;
}

/** A file that was cut off can announce more than it holds; a clip of what is left would be passed off as whole. */
function judgeMade(made: Picture | null, shownSeconds: number): asserts made is Picture {
  const madeSeconds = Math.max(0, (made?.seconds ?? 0) - BUMPER_SECONDS);
  // The tenth is for the last frame of a short clip.
  if (!made || madeSeconds < 0.95 * shownSeconds - 0.1) {
    throw new Impossible('unreadable', `${madeSeconds} s of ${shownSeconds} s could be read`);
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
