import { randomUUID } from 'node:crypto';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import { HEAD_BYTES, isMovie } from '@anb/service-kit/container';
import { ApiError } from '@anb/service-kit/errors';
import { originalKey } from '@anb/service-kit/media';
import { InvalidParts, type ObjectStore } from '@anb/service-kit/objects';
import type { Dependencies } from './app.ts';
import { endUpload } from './end-upload.ts';
import {
  acceptUpload,
  beginUpload,
  claimCompletion,
  forgetUpload,
  listSessions,
  noteMultipart,
  noteReceived,
  type Origin,
  ownerOf,
  reopenUpload,
  type UploadSession,
} from './store/uploads.ts';
import { displayName, notAVideo, tooLarge, within } from './upload-refusals.ts';

/** What the local store takes in one request, and small enough to be sent again on a bad link. */
const PART_BYTES = 8 * 1024 * 1024;

export interface Announcement {
  title: string;
  is_public: boolean;
  size: number;
  filename: string;
}

export interface SignedPart {
  number: number;
  url: string;
}

/** How far a direct upload is. */
export interface UploadState {
  video_id: string;
  size: number;
  part_size: number;
  received: number[];
  /** What is missing, with addresses to put it. */
  parts: SignedPart[];
}

/** @throws ApiError 400 or 413 */
export async function beginDirectUpload(
  { sql, objects, quota, maxDirectUploadBytes }: Dependencies,
  userId: number,
  { title, is_public, size, filename }: Announcement,
): Promise<UploadState> {
  if (size > maxDirectUploadBytes) throw tooLarge(maxDirectUploadBytes);
  const video_id = randomUUID();
  const object_key = originalKey(video_id);
  const announced = {
    title,
    title_key: comparisonKey(title),
    is_public,
    original_filename: displayName(filename),
    size_bytes: size,
    part_size: PART_BYTES,
  };
  within(quota, await beginUpload(sql, { video_id, user_id: userId, object_key, ...announced }, quota));
  const upload_id = await objects
    .beginMultipart(object_key, { contentType: 'video/mp4' })
    .catch(async (error: unknown) => {
      // Or each try while the store is away would use up a place of the quota.
      await forgetUpload(sql, video_id);
      throw error;
    });
  await noteMultipart(sql, video_id, upload_id);
  return describe(objects, { ...announced, video_id, object_key, upload_id, received: [] });
}

/** @throws ApiError 403 or 404 */
export async function describeDirectUpload(
  { sql, objects }: Dependencies,
  userId: number,
  videoId: string,
): Promise<UploadState> {
  return describe(objects, await findSession({ sql }, userId, videoId));
}

/** Without addresses, which cost a signature each. */
export async function listDirectUploads({ sql }: Dependencies, userId: number) {
  return (await listSessions(sql, userId)).map((session) => ({
    video_id: session.video_id,
    title: session.title,
    is_public: session.is_public,
    filename: session.original_filename,
    size: session.size_bytes,
    part_size: session.part_size,
    received: session.received.map(({ number }) => number),
    started_at: session.started_at.toISOString(),
  }));
}

/** @throws ApiError 400, 403 or 404 */
export async function receivePart(
  { sql }: Dependencies,
  userId: number,
  videoId: string,
  part: { number: number; etag: string },
): Promise<void> {
  const session = await findSession({ sql }, userId, videoId);
  const last = countParts(session);
  if (part.number > last) {
    throw new ApiError(400, 'no_such_part', `This upload has parts 1 to ${last}.`);
  }
  if (!(await noteReceived(sql, videoId, part))) throw uploadNotFound();
}

/**
 * Makes the video of its parts. Asked again, as after a lost answer, it answers the same.
 * @returns the video's id
 * @throws ApiError 400 (what was sent is kept when parts are missing, else it is let go), 403 or 404
 */
export async function completeDirectUpload(
  dependencies: Dependencies,
  userId: number,
  videoId: string,
  origin: Origin,
): Promise<string> {
  try {
    await complete(dependencies, userId, videoId, origin);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    // It was completed before, or by another request at any moment of this one.
    if (!(await ownerOf(dependencies.sql, videoId))?.isVideo) throw error;
  }
  return videoId;
}

async function complete(
  dependencies: Dependencies,
  userId: number,
  videoId: string,
  origin: Origin,
): Promise<void> {
  const { sql } = dependencies;
  refuseMissing(await findSession(dependencies, userId, videoId));
  const session = await claimCompletion(sql, videoId);
  if (!session) throw uploadNotFound();
  await joinParts(dependencies, session);
  await judge(dependencies, session);
  const accepted = await acceptUpload(
    sql,
    {
      id: videoId,
      user_id: userId,
      title: session.title,
      title_key: session.title_key,
      original_filename: session.original_filename,
      original_key: session.object_key,
      size_bytes: session.size_bytes,
      is_public: session.is_public,
    },
    origin,
  );
  if (!accepted) throw uploadNotFound();
}

/** @throws ApiError 403 or 404 */
export async function cancelDirectUpload(
  dependencies: Dependencies,
  userId: number,
  videoId: string,
): Promise<void> {
  await findSession(dependencies, userId, videoId);
  if (!(await endUpload(dependencies, videoId))) throw uploadNotFound();
}

async function findSession(
  { sql }: Pick<Dependencies, 'sql'>,
  userId: number,
  videoId: string,
): Promise<UploadSession> {
  const [session] = await listSessions(sql, userId, videoId);
  if (session) return session;
  const owner = await ownerOf(sql, videoId);
  if (owner && owner.userId !== userId) {
    throw new ApiError(403, 'not_your_video', 'This upload belongs to somebody else.');
  }
  if (owner?.isVideo) {
    throw new ApiError(404, 'upload_completed', `This upload is complete: see GET /api/videos/${videoId}.`);
  }
  throw uploadNotFound();
}

const countParts = ({ size_bytes, part_size }: Pick<UploadSession, 'size_bytes' | 'part_size'>) =>
  Math.ceil(size_bytes / part_size);

function missingParts(session: Pick<UploadSession, 'size_bytes' | 'part_size' | 'received'>): number[] {
  const received = new Set(session.received.map(({ number }) => number));
  const numbers = Array.from({ length: countParts(session) }, (_, place) => place + 1);
  return numbers.filter((number) => !received.has(number));
}

async function describe(
  objects: ObjectStore,
  session: Omit<UploadSession, 'user_id' | 'started_at'>,
): Promise<UploadState> {
  const { video_id, object_key, upload_id, size_bytes, part_size, received } = session;
  const bytesOf = (number: number) => Math.min(part_size, size_bytes - (number - 1) * part_size);
  const parts = missingParts(session).map((number) => ({ number, bytes: bytesOf(number) }));
  return {
    video_id,
    size: size_bytes,
    part_size,
    received: received.map(({ number }) => number),
    parts: await objects.signParts(object_key, upload_id, parts),
  };
}

function refuseMissing(session: UploadSession): void {
  const missing = missingParts(session);
  if (missing.length === 0) return;
  const some = missing.length > 10 ? `${missing.slice(0, 10).join(', ')} and more` : missing.join(', ');
  throw partsMissing(
    `Parts are missing: ${some}. Put them to their addresses and report them, then complete.`,
  );
}

const partsMissing = (message: string) => new ApiError(400, 'parts_missing', message);

async function joinParts(dependencies: Dependencies, session: UploadSession): Promise<void> {
  const { sql, objects } = dependencies;
  try {
    await objects.completeMultipart(session.object_key, session.upload_id, session.received);
  } catch (error) {
    if (error instanceof InvalidParts) {
      await reopenUpload(sql, session.video_id);
      throw partsMissing('The store does not have all parts as they were reported. Send all of them again.');
    }
    if ((error as Error).name === 'NoSuchUpload') {
      await endUpload(dependencies, session.video_id);
      throw new ApiError(
        404,
        'upload_expired',
        'The upload was left for too long, or cancelled. Begin a new one.',
      );
    }
    throw error;
  }
}

/** What a size and a first look tell; the transcoder looks closer. */
async function judge(dependencies: Dependencies, session: UploadSession): Promise<void> {
  const { objects } = dependencies;
  const [stored, head] = [
    await objects.head(session.object_key),
    await objects.readStart(session.object_key, HEAD_BYTES),
  ];
  // Cancelled meanwhile: the parts had been joined.
  if (!stored || !head) throw uploadNotFound();
  if (stored.bytes !== session.size_bytes) {
    await endUpload(dependencies, session.video_id);
    throw new ApiError(
      400,
      'size_differs',
      `${session.size_bytes} bytes were announced and ${stored.bytes} arrived. Begin a new upload.`,
    );
  }
  if (!isMovie(head)) {
    await endUpload(dependencies, session.video_id);
    throw notAVideo('filename');
  }
}

const uploadNotFound = () =>
  new ApiError(404, 'upload_not_found', 'There is no such upload under way. Begin a new one.');
