/** Why a video can not become a clip, however often it is tried. The videos service words each for the player. */
export type FailureCode =
  | 'not_a_video'
  | 'unreadable'
  | 'unsupported_codec'
  | 'no_picture'
  | 'too_short'
  | 'too_large_picture'
  | 'too_many_streams'
  | 'too_many_frames'
  | 'too_demanding'
  | 'took_too_long';

export class Impossible extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Why ffmpeg leaves frames out, which by itself is no reason for it to end badly. */
export function omission(line: string): Impossible | null {
  if (outOfMemory.test(line)) return new Impossible('too_demanding', line);
  return oversized.test(line) ? new Impossible('too_large_picture', line) : null;
}

/** How a program ended that did not end well. */
export interface Ending {
  /** null when it was killed. */
  exitCode: number | null;
  signal: string | null;
  stderr: string;
}

// ffmpeg answers SIGXCPU by ending, with the first code, or with the second when it had to be told four times.
const CPU_SPENT_CODES = [255, 123];
/** The shell's and the loader's. */
const NOT_STARTED_CODES = [126, 127];
const crashes = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSYS', 'SIGTRAP']);
/** Said by ffmpeg and by x264. */
const outOfMemory = /Cannot allocate memory|malloc of size/;
/** By -max_pixels, or beyond what ffmpeg can address. */
export const oversized = /Picture size \d{4,}x\d{4,} (is invalid|exceeds)/;
/** What is told to encoders is the same for every file: they lack memory, and ffmpeg does not say so. */
const encoderStarved = /Error while opening encoder/;
/** All that ffmpeg says when its filters found no memory, as for the frames that fill half a minute's pause. */
const filtersStarved = /^Error marking filters as finished$/;
/** The confinement or the system failed, not the file: the disk, or a node that has no process left for a thread. */
const systemsFault =
  /No space left|Disk quota exceeded|Read-only file system|Resource temporarily unavailable|^(env|setsid|unshare|prlimit|setpriv|sh): /m;

/** @returns null when it says nothing about the file: another attempt may succeed */
export function verdictOn({ exitCode, signal, stderr }: Ending): Impossible | null {
  const complaint = stderr.replace(/^frame=.*$/gm, '').trim();
  const detail = lastLines(complaint) || `ended by ${signal ?? exitCode}`;
  if (systemsFault.test(stderr) || NOT_STARTED_CODES.includes(exitCode ?? 0)) return null;
  const isStarved = [outOfMemory, encoderStarved, filtersStarved].some((sign) => sign.test(complaint));
  if (isStarved || signal === 'SIGXFSZ') return new Impossible('too_demanding', detail);
  if (signal === 'SIGXCPU' || CPU_SPENT_CODES.includes(exitCode ?? 0)) {
    return new Impossible('took_too_long', 'its processor time is spent');
  }
  if (stderr.includes('not on whitelist')) return new Impossible('unsupported_codec', detail);
  if (oversized.test(stderr)) return new Impossible('too_large_picture', detail);
  // ffprobe that finds no memory for a decoder ends without a word.
  if (exitCode === 1 && complaint === '') return new Impossible('too_demanding', detail);
  if (exitCode !== null || crashes.has(signal ?? '')) return new Impossible('unreadable', detail);
  return null;
}

const lastLines = (text: string) => text.split('\n').slice(-5).join('\n');
