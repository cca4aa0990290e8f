import { createReadStream, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { originalKey } from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';

/** As much as a player may upload directly. */
const MAX_BYTES = 500 * 1024 * 1024;

export interface Original {
  path: string;
  bytes: number;
}

/**
 * The file in the folder with which a path or an address of the dump ends, `2025/clip.mp4` before `clip.mp4`;
 * undefined when there is none, or none that a player could have uploaded.
 */
export function findOriginal(folder: string, file: string): Original | undefined {
  const names = pathOf(file)
    .split(/[\\/]/)
    .filter((name) => name && name !== '.' && name !== '..');
  for (let from = 0; from < names.length; from++) {
    const path = join(folder, ...names.slice(from));
    const bytes = sizeOf(path);
    if (bytes > 0 && bytes <= MAX_BYTES) return { path, bytes };
  }
  return undefined;
}

function sizeOf(path: string): number {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0; // a dump may hold what no file can be called
  }
}

/** Stores it where the service would have. */
export const storeOriginal = (objects: ObjectStore, videoId: string, { path }: Original) =>
  objects.put(originalKey(videoId), createReadStream(path, { highWaterMark: 256 * 1024 }), {
    contentType: 'video/mp4',
  });

/** A file's name as it may be shown to its owner. */
export function displayName(file: string): string {
  const name = posix
    .basename(pathOf(file))
    .replace(/\p{Cc}/gu, '')
    .trim();
  return name.slice(0, 255).toWellFormed() || 'video';
}

function pathOf(file: string): string {
  if (!/^[a-z][a-z\d+.-]+:\/\//i.test(file) || !URL.canParse(file)) return file;
  const { pathname } = new URL(file);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname; // a per cent sign of its own
  }
}
