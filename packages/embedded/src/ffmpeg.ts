import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram, onPath } from './programs.ts';

export interface Ffmpeg {
  ffmpeg: string;
  ffprobe: string;
  version: string;
}

/**
 * The system's ffmpeg, or else the one that npm brought.
 * @throws with how to get one when there is neither
 */
export function findFfmpeg(path = process.env.PATH ?? ''): Ffmpeg {
  const ffmpeg = onPath('ffmpeg', path) ?? fromNpm('ffmpeg');
  const ffprobe = onPath('ffprobe', path) ?? fromNpm('ffprobe');
  if (!ffmpeg || !ffprobe) {
    throw new Error(
      `${ffmpeg ? 'ffprobe' : 'ffmpeg'} is missing. On Debian and Ubuntu: sudo apt-get install ffmpeg. ` +
        'Elsewhere, or without root: npm ci --include=optional brings one for Linux x64 and arm64.',
    );
  }
  const version =
    execFileSync(ffmpeg, ['-version'], { encoding: 'utf8' }).match(/version (\S+)/)?.[1] ?? 'unknown';
  return { ffmpeg, ffprobe, version };
}

function fromNpm(name: 'ffmpeg' | 'ffprobe'): string | undefined {
  try {
    const manifest = import.meta.resolve(
      `@${name}-installer/${process.platform}-${process.arch}/package.json`,
    );
    const file = join(dirname(fileURLToPath(manifest)), name);
    // Packed without its executable bit; its install script, which may be blocked, would set it.
    if (!isProgram(file)) chmodSync(file, 0o755);
    return file;
  } catch {
    return undefined;
  }
}
