import { type ChildProcess, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ffmpegCommand from 'fluent-ffmpeg';
import { killGroup } from './confine.ts';
import { Impossible, omission, oversized, verdictOn } from './failure.ts';
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
  /** Frames a second. */
  frameRate: number;
  /** How many of all kinds the file has. */
  streams: number;
}

/** By the clock, although its processor time was not spent: the machine was busy with others. */
export class TookTooLong extends Error {}

const PROBE_TIMEOUT_MS = 30_000;

interface Probed {
  streams?: {
    index: number;
    codec_name?: string;
    width?: number;
    height?: number;
    duration?: string;
    avg_frame_rate?: string;
    disposition?: { attached_pic?: number };
  }[];
  format?: { duration?: string; nb_streams?: number };
}

/**
 * Finds the picture track of an MP4 or QuickTime file.
 * @returns null when it has none
 * @throws Impossible
 */
export async function probePicture(
  ffprobe: string,
  path: string,
  signal: AbortSignal,
): Promise<Picture | null> {
  const entries =
    'stream=index,codec_name,width,height,duration,avg_frame_rate' +
    ':stream_disposition=attached_pic:format=duration,nb_streams';
  const args = [
    ...['-v', 'error', ...untrustedInput],
    ...['-select_streams', 'v', '-show_entries', entries, '-of', 'json', path],
  ];
  const { stdout, stderr } = await outputOf(ffprobe, args, signal);
  const { streams = [], format } = JSON.parse(stdout) as Probed;
  const picture = streams.find(({ width, disposition }) => width && !disposition?.attached_pic);
  if (!picture && oversized.test(stderr)) throw new Impossible('too_large_picture', stderr.trim());
  if (!picture) return null;
  const seconds = Number(picture.duration ?? format?.duration ?? 0) || 0;
  return {
    stream: picture.index,
    codec: picture.codec_name ?? 'unknown',
    width: picture.width ?? 0,
    height: picture.height ?? 0,
    seconds,
    // Not from the number of frames: an edit list may leave most of them out.
    frameRate: quotient(picture.avg_frame_rate ?? ''),
    streams: format?.nb_streams ?? streams.length,
  };
}

/** What a program prints. */
async function outputOf(program: string, args: string[], signal: AbortSignal) {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const stop = AbortSignal.any([signal, late]);
  const running = run(program, args, { maxBuffer: 4 * 2 ** 20 });
  const kill = () => running.child.pid && killGroup(running.child.pid);
  stop.addEventListener('abort', kill, { once: true });
  try {
    return await running;
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw new TookTooLong('the probe took too long');
    const {
      code,
      signal: killer,
      stderr,
    } = error as Error & { code?: unknown; signal?: string; stderr?: string };
    if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
      throw new Impossible('unreadable', 'endless complaints');
    // Text is the system's word: a missing program.
    if (typeof code === 'string') throw error;
    const ending = { exitCode: (code as number) ?? null, signal: killer ?? null, stderr: stderr ?? '' };
    throw verdictOn(ending) ?? error;
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

export interface RunOptions {
  signal: AbortSignal;
  timeoutSeconds: number;
  /** Seconds of output made so far. */
  onProgress?: (seconds: number) => void;
}

/**
 * Runs ffmpeg once by a plan.
 * @throws Impossible when the file is to blame; TookTooLong; any other error when it was killed or the disk is full
 */
export function runFfmpeg(ffmpeg: string, plan: FfmpegPlan, options: RunOptions): Promise<void> {
  const { signal, timeoutSeconds, onProgress } = options;
  const command = ffmpegCommand().setFfmpegPath(ffmpeg);
  for (const { path, options } of plan.inputs) command.input(path).inputOptions(options);
  command.complexFilter(plan.filterGraph);
  for (const { path, options } of plan.outputs) command.output(path).outputOptions(options);

  const late = AbortSignal.timeout(timeoutSeconds * 1000);
  const stop = AbortSignal.any([signal, late]);
  return new Promise((resolve, reject) => {
    // Its own kill ends the process alone.
    const kill = () => {
      const { ffmpegProc } = command as unknown as { ffmpegProc?: ChildProcess };
      if (ffmpegProc?.pid) killGroup(ffmpegProc.pid);
    };
    let omitted: Impossible | null = null;
    const settle = (error?: unknown) => {
      stop.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else if (late.aborted) reject(new TookTooLong(`not done in ${Math.round(timeoutSeconds)} s`));
      else if (error) reject(error);
      else if (omitted) reject(omitted);
      else resolve();
    };
    stop.addEventListener('abort', kill, { once: true });
    command
      // Before the first job of a process ffmpeg is asked what it can do; an abort meanwhile found nothing to kill.
      .on('start', () => stop.aborted && kill())
      // A listener for 'progress' would have fluent-ffmpeg probe the file, as whatever it claims to be.
      .on('stderr', (line: string) => {
        omitted ??= omission(line);
        const [, timemark] = /\btime=(\d+:\d+:[\d.]+)/.exec(line) ?? [];
        if (timemark) onProgress?.(secondsOf(timemark));
      })
      .on('end', () => settle())
      .on('error', (error: Error, _stdout: string | null, stderr: string | null) =>
        settle(verdictOn({ ...endingOf(error), stderr: stderr ?? '' }) ?? error),
      );
    if (stop.aborted) settle();
    else command.run();
  });
}

/** fluent-ffmpeg tells it in words only. */
function endingOf({ message }: Error) {
  const [, exitCode] = /^ffmpeg exited with code (\d+)/.exec(message) ?? [];
  const [, signal] = /^ffmpeg was killed with signal (\w+)/.exec(message) ?? [];
  return { exitCode: exitCode === undefined ? null : Number(exitCode), signal: signal ?? null };
}

/** `30000/1001` as a number. */
function quotient(fraction: string): number {
  const [over = 0, under = 1] = fraction.split('/').map(Number);
  return over / under || 0;
}

/** `00:00:12.34` as seconds. */
function secondsOf(timemark: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timemark.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds || 0;
}
