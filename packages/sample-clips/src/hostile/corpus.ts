import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasEncoder } from '../clips.ts';
import { containers } from './containers.ts';
import { impostors } from './impostors.ts';
import { pictures } from './pictures.ts';

const run = promisify(execFile);

/** How an upload ends: as a clip, or failed for this reason. */
export type Ending =
  | 'processed'
  | 'not_a_video'
  | 'unreadable'
  | 'unsupported_codec'
  | 'no_picture'
  | 'too_short'
  | 'too_large_picture'
  | 'too_many_streams'
  | 'too_many_frames'
  | 'too_demanding';

/** What nobody may touch: a file that can be watched, and an address that somebody listens at. */
export interface Canary {
  path: string;
  url: string;
}

export interface Workshop {
  canary: Canary;
  /** A second of H.264, its media before its index. */
  clip: Buffer;
  /** What ffmpeg makes of a picture source and options, given as in a shell but for quotes. */
  encode: (source: string, options: string) => Promise<Buffer>;
  /** What ffmpeg makes of a file; `{}` stands for it. */
  convert: (file: Buffer, options: string) => Promise<Buffer>;
}

export interface HostileFile {
  name: string;
  expected: Ending;
  make: (workshop: Workshop) => Buffer | string | Promise<Buffer | string>;
  /** Left out where ffmpeg lacks it. */
  encoder?: string;
}

export const hostileFiles: HostileFile[] = [...impostors, ...containers, ...pictures];

export interface MadeFile {
  name: string;
  path: string;
  expected: Ending;
}

/** Writes the hostile and odd files, or some of them, to a folder. */
export async function makeCorpus(
  ffmpeg: string,
  folder: string,
  canary: Canary,
  wanted: (file: HostileFile) => boolean = () => true,
): Promise<MadeFile[]> {
  const workshop = await openWorkshop(ffmpeg, folder, canary);
  const made: MadeFile[] = [];
  for (const file of hostileFiles.filter(wanted)) {
    if (file.encoder && !(await hasEncoder(ffmpeg, file.encoder))) continue;
    const path = join(folder, `${file.name}.mp4`);
    await writeFile(path, await file.make(workshop));
    made.push({ name: file.name, path, expected: file.expected });
  }
  return made;
}

async function openWorkshop(ffmpeg: string, folder: string, canary: Canary): Promise<Workshop> {
  await mkdir(folder, { recursive: true });
  const scratch = join(folder, 'in-work');
  const words = (line: string) => line.split(' ').filter(Boolean);
  const make = async (args: string[]) => {
    try {
      await run(ffmpeg, ['-v', 'error', '-y', ...args, scratch], { maxBuffer: 2 ** 24 });
      return await readFile(scratch);
    } finally {
      await rm(scratch, { force: true });
    }
  };
  const encode = (source: string, options: string) => make(['-f', 'lavfi', '-i', source, ...words(options)]);
  return {
    canary,
    clip: await encode(
      'testsrc2=s=320x240:r=30:d=1',
      '-c:v libx264 -preset ultrafast -g 30 -pix_fmt yuv420p -f mp4',
    ),
    encode,
    convert: async (file, options) => {
      const original = join(folder, 'to-convert');
      await writeFile(original, file);
      try {
        return await make(words(options).map((word) => (word === '{}' ? original : word)));
      } finally {
        await rm(original, { force: true });
      }
    },
  };
}
