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
import { lockMedia, mediaPlacement, noteMediaMoved, type OutboxEntry } from './store/outbox.ts';
import { placeOf } from './store/videos.ts';

/** Does what an outbox entry asks of the store; done twice it does no harm. */
export async function tidyMedia(transaction: ISql, objects: ObjectStore, entry: OutboxEntry): Promise<void> {
  const { kind, video_id, version } = entry;
  await lockMedia(transaction, video_id);
  if (kind === 'remove_media') {
    const prefixes = [originalKey(video_id), ...mediaPlaces.map((place) => mediaFolder(video_id, place))];
    for (const prefix of prefixes) await objects.deleteAll(prefix);
  }
  if (kind === 'remove_version' && version) await objects.deleteAll(versionFolder(video_id, version));
  if (kind === 'place_media') await placeMedia(transaction, objects, video_id);
}

/** Brings clip and poster to where the video's state wants them; the row says where they stand at every moment. */
async function placeMedia(transaction: ISql, objects: ObjectStore, videoId: string): Promise<void> {
  for (;;) {
    const placement = await mediaPlacement(transaction, videoId);
    if (!placement) return;
    const from = placeOf(placement);
    const to = placeOf({ media_withheld: !placement.media_withheld });
    if (placement.is_right) return objects.deleteAll(versionFolder(videoId, placement.version, to));
    for (const file of mediaFiles) {
      await objects.copy(
        mediaKey(videoId, placement.version, file, from),
        mediaKey(videoId, placement.version, file, to),
      );
    }
    await noteMediaMoved(transaction, videoId, placement);
  }
}
