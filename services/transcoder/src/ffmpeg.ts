import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';
import { type FfmpegPlan, untrustedInput } from './recipe.ts';

const run = promisify(execFile);

export interface Programs {
  ffmpeg: string;
  ffprobe: string;
}

export interface Picture {
  /** The stream's place in the file. */
  stream: number;
  codec: string;
  width: number;
  height: number;
  /** 0 when the file does not say. */
  seconds: number;
}

/** ffmpeg or ffprobe could make nothing of the file. */
export class Unreadable extends Error {}

export class TookTooLong extends Error {}

const PROBE_TIMEOUT_MS = 30_000;

interface Probed {
  streams?: {
    index: number;
    codec_name?: string;
    width?: number;
    height?: number;
    duration?: string;
    disposition?: { attached_pic?: number };
  }[];
  format?: { duration?: string };
}

/**
 * Finds the picture track of an MP4 or QuickTime file.
 * @returns null when it has none
 * @throws Unreadable
 */
export async function probePicture(
  { ffprobe }: Programs,
  path: string,
  signal: AbortSignal,
): Promise<Picture | null> {
  const entries =
    'stream=index,codec_name,width,height,duration:stream_disposition=attached_pic:format=duration';
  const args = [
    '-v',
    'error',
    ...untrustedInput,
    '-select_streams',
    'v',
    '-show_entries',
    entries,
    '-of',
    'json',
    path,
  ];
  const { stdout } = await run(ffprobe, args, { signal, timeout: PROBE_TIMEOUT_MS }).catch((error) => {
    // A number is ffprobe's own verdict; anything else is ours or the system's: a kill, a missing program.
    if (typeof error.code === 'number') throw new Unreadable(lastLines(error.stderr));
    throw error;
  });
  const { streams = [], format } = JSON.parse(stdout) as Probed;
  const picture = streams.find(({ width, disposition }) => width && !disposition?.attached_pic);
  if (!picture) return null;
  return {
    stream: picture.index,
    codec: picture.codec_name ?? 'unknown',
    width: picture.width ?? 0,
    height: picture.height ?? 0,
    seconds: Number(picture.duration ?? format?.duration ?? 0) || 0,
  };
}

export interface RunOptions {
  signal: AbortSignal;
  timeoutSeconds: number;
  /** Seconds of output made so far. */
  onProgress?: (seconds: number) => void;
}

/**
 * Runs ffmpeg once by a plan.
 * @throws Unreadable when ffmpeg itself gave up; TookTooLong; any other error when it was killed or the disk is full
 */
export function runFfmpeg(programs: Programs, plan: FfmpegPlan, options: RunOptions): Promise<void> {
  const { signal, timeoutSeconds, onProgress } = options;
  const command = ffmpeg({ timeout: timeoutSeconds }).setFfmpegPath(programs.ffmpeg);
  for (const { path, options } of plan.inputs) command.input(path).inputOptions(options);
  command.complexFilter(plan.filterGraph);
  for (const { path, options } of plan.outputs) command.output(path).outputOptions(options);

  return new Promise((resolve, reject) => {
    const kill = () => command.kill('SIGKILL');
    const settle = (error?: Error) => {
      signal.removeEventListener('abort', kill);
      if (error) reject(error);
      else resolve();
    };
    signal.addEventListener('abort', kill, { once: true });
    command
      // Before the first job of a process ffmpeg is asked what it can do; an abort meanwhile found nothing to kill.
      .on('start', () => signal.aborted && kill())
      .on('progress', ({ timemark }: { timemark: string }) => onProgress?.(secondsOf(timemark)))
      .on('end', () => settle(signal.aborted ? signal.reason : undefined))
      .on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
        if (signal.aborted) return settle(signal.reason);
        if (error.message.startsWith('process ran into a timeout')) {
          return settle(new TookTooLong(error.message));
        }
        const isVerdict =
          error.message.startsWith('ffmpeg exited with code') && !stderr?.includes('No space left');
        settle(isVerdict ? new Unreadable(lastLines(stderr)) : error);
      });
    if (signal.aborted) settle(signal.reason);
    else command.run();
  });
}

/** `00:00:12.34` as seconds. */
function secondsOf(timemark: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timemark.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds || 0;
}

const lastLines = (text: string | null) => (text ?? '').trim().split('\n').slice(-5).join('\n');
