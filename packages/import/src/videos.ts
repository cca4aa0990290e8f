import { createHash } from 'node:crypto';
import { findOriginal, type Original, storeOriginal } from './originals.ts';
import { readVideo, type Video } from './records.ts';
import { batches, type Run } from './run.ts';
import {
  beginOriginal,
  findVideos,
  type KnownVideo,
  type NewVideo,
  queueCompleted,
  storeVideos,
} from './store.ts';

const BATCH = 500;
const FILES_AT_ONCE = 4;

/** Those without a file are written together; of each other one the file is stored first, as an upload's is. */
export async function importVideos(run: Run): Promise<void> {
  for await (const videos of batches(run, 'videos', BATCH, readVideo)) {
    const known = await run.inBatch((owner) => findVideos(owner, run.source, videos));
    const withFiles: [Video, KnownVideo, Original][] = [];
    const without: NewVideo[] = [];
    for (const video of videos) {
      const found = known.get(video.old_id);
      const original = run.media && findOriginal(run.media.folder, video.file);
      if (!found?.video_id && !found?.owner_id) await refuse(run, video);
      else if (found.video_id && !(found.lacks_original && original)) run.counts.videos.known++;
      else if (original) withFiles.push([video, found, original]);
      else without.push(await tellMissing(run, video, found));
    }
    if (without.length > 0) await run.inBatch((owner) => storeVideos(owner, run.source, without));
    run.counts.videos.without_file += without.length;
    for (let place = 0; place < withFiles.length; place += FILES_AT_ONCE) {
      const some = withFiles.slice(place, place + FILES_AT_ONCE);
      await Promise.all(some.map((one) => importWithFile(run, ...one)));
    }
  }
}

async function importWithFile(run: Run, video: Video, known: KnownVideo, original: Original): Promise<void> {
  const { inBatch, source, counts, media, isRehearsal } = run;
  const { bytes } = original;
  const id = known.video_id ?? idOf(source, video.old_id);
  if (media && !isRehearsal) {
    if (!known.video_id) await inBatch((owner) => beginOriginal(owner, id, known.owner_id as number));
    await storeOriginal(media.objects, id, original);
  }
  await inBatch((owner) =>
    known.video_id
      ? queueCompleted(owner, id, bytes)
      : storeVideos(owner, source, [rowOf(run, video, known, bytes)]),
  );
  counts.videos.queued++;
}

const rowOf = ({ source }: Run, video: Video, { owner_id }: KnownVideo, bytes: number | null): NewVideo => ({
  ...video,
  id: idOf(source, video.old_id),
  user_id: owner_id as number,
  size_bytes: bytes,
});

async function refuse({ counts, report }: Run, { line, old_id: id, owner }: Video): Promise<void> {
  counts.videos.refused++;
  await report.add({
    kind: 'videos',
    line,
    id,
    outcome: 'refused',
    reason: `its player (${owner}) has no account here`,
  });
}

async function tellMissing(run: Run, video: Video, known: KnownVideo): Promise<NewVideo> {
  const { line, old_id: id, file } = video;
  const reason = !run.media
    ? 'no folder of files was given'
    : file
      ? 'there is no such file, or it is empty or larger than 500 MiB'
      : 'the dump names no file';
  await run.report.add({ kind: 'videos', line, id, outcome: 'no file', reason });
  return rowOf(run, video, known, null);
}

/** The same in every run, so that a file stored just before a crash is stored again in its place. */
function idOf(source: string, oldId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([source, oldId]))
    .digest();
  hash.writeUInt8(0x80 | (hash.readUInt8(6) & 0x0f), 6); // version 8: made by the application (RFC 9562)
  hash.writeUInt8(0x80 | (hash.readUInt8(8) & 0x3f), 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
