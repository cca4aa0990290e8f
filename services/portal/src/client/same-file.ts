import type { UnfinishedUpload } from '@anb/api-client/contract';
import { ofBrowser } from './storage.ts';

/**
 * Whether a file is the one that an upload was begun with. By its content where this browser had begun it, else by what
 * the service knows of it.
 */

type Known = Pick<UnfinishedUpload, 'video_id' | 'size' | 'filename'>;

const key = (videoId: string) => `anb.upload.${videoId}`;
const SAMPLE_BYTES = 256 * 1024;

/** So that it is known again when the page was closed meanwhile. */
export async function rememberFile(videoId: string, file: Blob): Promise<void> {
  const print = await fingerprint(file);
  if (print) ofBrowser.write(key(videoId), print);
}

export const forgetFile = (videoId: string) => ofBrowser.drop(key(videoId));

export async function isSameFile(upload: Known, file: File): Promise<boolean> {
  if (file.size !== upload.size) return false;
  const known = ofBrowser.read(key(upload.video_id));
  const print = known ? await fingerprint(file) : undefined;
  return known && print ? known === print : file.name === upload.filename;
}

/** Of its beginning, middle and end: whole files are too long to read for it. undefined: this browser can not tell. */
async function fingerprint(file: Blob): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const middle = Math.floor(file.size / 2);
  const samples = new Blob([
    file.slice(0, SAMPLE_BYTES),
    file.slice(middle, middle + SAMPLE_BYTES),
    file.slice(-SAMPLE_BYTES),
  ]);
  const hash = await crypto.subtle.digest('SHA-256', await samples.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
