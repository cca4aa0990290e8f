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

/** Does what an outbox entry asks of the store, under the lock of its media; done twice it does no harm. */
export async function tidyMedia(sql: ISql, objects: ObjectStore, entry: OutboxEntry): Promise<void> {
  const { kind, video_id, version } = entry;
  if (kind === 'place_media') return placeMedia(sql, objects, video_id);
  if (kind === 'remove_media') {
    const prefixes = [originalKey(video_id), ...mediaPlaces.map((place) => mediaFolder(video_id, place))];
    for (const prefix of prefixes) await objects.deleteAll(prefix);
  }
  if (kind === 'remove_version' && version) {
    // What is published is never a dead lease's; asked again because its loss could not be mended.
    const published = (await mediaPlacement(sql, video_id))?.version;
    if (version !== published) await objects.deleteAll(versionFolder(video_id, version));
  }
}

/**
 * Brings a video's media to where the video's state wants them: copies them and says so in the row; then, when
 * everybody reads that, removes them where they were.
 */
async function placeMedia(sql: ISql, objects: ObjectStore, videoId: string): Promise<void> {
  for (;;) {
    const placement = await mediaPlacement(sql, videoId);
    if (!placement) return;
    const here = placeOf(placement);
    const there = placeOf({ media_withheld: !placement.media_withheld });
    if (placement.is_right) return objects.deleteAll(versionFolder(videoId, placement.version, there));
    for (const file of mediaFiles) {
      // An older video's thumbnail is not there to be copied.
      await objects.copy(
        mediaKey(videoId, placement.version, file, here),
        mediaKey(videoId, placement.version, file, there),
      );
    }
    await noteMediaMoved(sql, videoId, placement);
  }
}
