import type { ISql } from '@anb/service-kit/database';
import {
  mediaFiles,
  mediaFolder,
  mediaKey,
  mediaPlaces,
  originalKey,
  versionFolder,
} from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';
import { mediaPlacement, noteMediaMoved, type OutboxEntry } from './store/outbox.ts';
import { placeOf } from './store/videos.ts';

/**
 * Does what an outbox entry asks of the store, under the lock of its media; done twice it does no harm.
 * @returns false when the entry is to be looked at again once this transaction has been committed
 */
export async function tidyMedia(
  transaction: ISql,
  objects: ObjectStore,
  entry: OutboxEntry,
): Promise<boolean> {
  const { kind, video_id, version } = entry;
  if (kind === 'place_media') return placeMedia(transaction, objects, video_id);
  // What is published is never a dead lease's; asked again because its loss could not be mended.
  const published = (await mediaPlacement(transaction, video_id))?.version;
  if (kind === 'remove_version' && version && version !== published) {
    await objects.deleteAll(versionFolder(video_id, version));
  }
  if (kind === 'remove_media') {
    const prefixes = [originalKey(video_id), ...mediaPlaces.map((place) => mediaFolder(video_id, place))];
    for (const prefix of prefixes) await objects.deleteAll(prefix);
  }
  return true;
}

/**
 * Brings clip and poster to where the video's state wants them: copies them and says so in the row; then, when
 * everybody reads that, removes them where they were.
 */
async function placeMedia(transaction: ISql, objects: ObjectStore, videoId: string): Promise<boolean> {
  const placement = await mediaPlacement(transaction, videoId);
  if (!placement) return true;
  const here = placeOf(placement);
  const there = placeOf({ media_withheld: !placement.media_withheld });
  if (placement.is_right) {
    await objects.deleteAll(versionFolder(videoId, placement.version, there));
    return true;
  }
  for (const file of mediaFiles) {
    await objects.copy(
      mediaKey(videoId, placement.version, file, here),
      mediaKey(videoId, placement.version, file, there),
    );
  }
  await noteMediaMoved(transaction, videoId, placement);
  return false;
}
