import type { ProcessLimits } from './confine.ts';
import { Impossible } from './failure.ts';
import type { Picture } from './ffmpeg.ts';
import { MAX_CLIP_SECONDS, MAX_PIXELS } from './recipe.ts';

const MIN_CLIP_SECONDS = 0.5;
/** A phone writes a dozen at most: picture, sounds, and tracks of its sensors. */
const MAX_STREAMS = 32;
/** The slowest motion that phones record is 960. */
const MAX_FRAME_RATE = 1000;
/** Of the part that is shown: 30 s of 8K at 30 frames a second, of 4K at 120, of 1080p at 480. */
const MAX_GIGAPIXELS = 32;

/** Of a file that the probe could read. */
export const pictureCodecs = [
  ...['h264', 'hevc', 'av1', 'vp9', 'vp8', 'prores', 'dnxhd'],
  ...['mpeg4', 'h263', 'mjpeg', 'mpeg2video', 'mpeg1video'],
];

/** @throws Impossible when the picture would cost more than an honest one */
export function judge(picture: Picture): void {
  const { width, height, seconds, codec, streams } = picture;
  const refuse = (code: Impossible['code'], detail: string) => {
    throw new Impossible(code, detail);
  };
  if (streams > MAX_STREAMS) refuse('too_many_streams', `${streams} streams`);
  if (!pictureCodecs.includes(codec)) refuse('unsupported_codec', codec);
  if (width * height > MAX_PIXELS) refuse('too_large_picture', `${width}x${height}`);
  if (picture.frameRate > MAX_FRAME_RATE) refuse('too_many_frames', `${picture.frameRate} a second`);
  if (seconds < MIN_CLIP_SECONDS) refuse('too_short', `${seconds} s`);
  const work = gigapixels(picture);
  if (work > MAX_GIGAPIXELS) refuse('too_demanding', `${work.toFixed(1)} gigapixels to decode`);
}

const shownSeconds = ({ seconds }: Picture) => Math.min(seconds, MAX_CLIP_SECONDS);
const gigapixels = (picture: Picture) =>
  (picture.width * picture.height * picture.frameRate * shownSeconds(picture)) / 1e9;

const MiB = 2 ** 20;
/** Of addresses, all of which a thousand tracks make resident: with the worker's own 150 MiB a pod stays below its 1200. */
export const probeLimits: ProcessLimits = { cpuSeconds: 10, memoryBytes: 1000 * MiB, fileBytes: 0 };

/** Some 300 MiB of it are never resident (libraries, stacks of threads). 8K in 10 bits takes 1250. */
const RUN_MEMORY_BYTES = 1280 * MiB;

/**
 * What one run may take. A core of 2020 decodes and scales a gigapixel of H.264 in 4 s and of 10-bit HEVC, the dearest
 * that phones record, in 9 (8K: 11); 30 s of output take it 15 s. The limit is three times that for a slow core.
 */
export function runLimits(picture: Picture): ProcessLimits {
  const cpuSeconds = Math.ceil(20 + 2 * shownSeconds(picture) + 25 * gigapixels(picture));
  return { cpuSeconds, memoryBytes: RUN_MEMORY_BYTES, fileBytes: 256 * MiB };
}

/** A core may be shared with others, but not for ever. */
export const wallSeconds = ({ cpuSeconds }: ProcessLimits) => 3 * cpuSeconds;
