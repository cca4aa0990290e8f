import { HEAD_BYTES, isMovie } from '@anb/service-kit/container';

export type ClipProblem = 'empty' | 'too_large' | 'not_a_video' | 'unreadable';

/** What can be told of a file before a byte of it is sent. */
export async function checkClip(file: Blob, maxBytes: number): Promise<ClipProblem | undefined> {
  if (file.size === 0) return 'empty';
  if (file.size > maxBytes) return 'too_large';
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    return isMovie(head) ? undefined : 'not_a_video';
  } catch {
    return 'unreadable';
  }
}
