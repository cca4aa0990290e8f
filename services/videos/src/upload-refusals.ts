import { ApiError } from '@anb/service-kit/errors';
import type { BeginOutcome, Quota } from './store/uploads.ts';

export const tooLarge = (maxBytes: number, instead = '') =>
  new ApiError(
    413,
    'too_large',
    `The clip is larger than ${maxBytes / 1024 / 1024} MB. Send a shorter one${instead}.`,
  );

/** Of what is sent through the service. */
export const formTooLarge = (maxBytes: number) =>
  tooLarge(maxBytes, ', or begin a direct upload (POST /api/videos/uploads), which may be larger');

export const notAVideo = (field: string) =>
  new ApiError(
    400,
    'not_a_video',
    'The file is not an MP4 or QuickTime (MOV) video, whatever its name says.',
    { details: [{ field, message: 'must be an MP4 or QuickTime video' }] },
  );

/** @throws ApiError when the player has used up the quota */
export function within(quota: Quota, outcome: BeginOutcome): void {
  if (outcome === 'too_many_videos') {
    throw new ApiError(
      400,
      'too_many_videos',
      `You have ${quota.videos} videos, as many as one player may have. Delete one, then upload the next.`,
    );
  }
  if (outcome === 'too_many_uploads') {
    throw new ApiError(
      400,
      'too_many_uploads',
      `You have ${quota.directUploads} uploads under way. Finish or cancel one of them (GET /api/videos/uploads lists them).`,
    );
  }
}

/** A file's name as it may be shown to its owner. */
export function displayName(filename: string | undefined): string {
  const name = (filename ?? '')
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .trim();
  return name.slice(0, 255) || 'video';
}
