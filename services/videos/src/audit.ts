import type { ISql } from '@anb/service-kit/database';
import { mediaKey, mediaPlaces, neededMedia, ORIGINALS, originalKey } from '@anb/service-kit/media';
import type { ObjectStore, StoredObject, UnfinishedMultipart } from '@anb/service-kit/objects';
import { type Expected, type Holding, holdingsOf, listExpected } from './store/audit.ts';
import { placeOf } from './store/videos.ts';

const BATCH = 500;
const AT_ONCE = 8;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Objects in the bucket that nothing in the catalogue accounts for: no video, no upload under way, no living lease,
 * no work in the outbox. `is_known`: they are about a video that the catalogue has, or had and deleted.
 */
export async function* objectsWithoutRows(
  sql: ISql,
  objects: ObjectStore,
): AsyncGenerator<StoredObject & { is_known: boolean }> {
  for await (const batch of batched(objects.list(''))) {
    const holdings = await holdingsOf(sql, idsOf(batch));
    const strange = batch.filter(({ key }) => !isAccountedFor(key, holdings));
    for (const object of strange) {
      // It may have gone, or been accepted, since it was listed.
      const now = await holdingsOf(sql, idsOf([object]));
      if (isAccountedFor(object.key, now) || !(await objects.head(object.key))) continue;
      yield { ...object, is_known: now.get(idOf(object.key) ?? '')?.is_known ?? false };
    }
  }
}

/** Multipart uploads to our keys that nothing accounts for; none where the store can not list them. */
export async function multipartsWithoutRows(sql: ISql, objects: ObjectStore): Promise<UnfinishedMultipart[]> {
  const unfinished = (await objects.listMultiparts()) ?? [];
  const holdings = await holdingsOf(sql, idsOf(unfinished));
  return unfinished.filter(({ key }) => idOf(key) !== undefined && !isAccountedFor(key, holdings));
}

/** Keys that a video in the catalogue needs and the store does not have. */
export async function* rowsWithoutObjects(sql: ISql, objects: ObjectStore): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const videos: Expected[] = await listExpected(sql, after, BATCH);
    if (videos.length === 0) return;
    after = videos.at(-1)?.id ?? null;
    const keys = videos.flatMap(keysOf);
    for (let place = 0; place < keys.length; place += AT_ONCE) {
      const some = keys.slice(place, place + AT_ONCE);
      const heads = await Promise.all(some.map(({ key }) => objects.head(key)));
      for (const [index, { key, id }] of some.entries()) {
        if (heads[index] === null && (await isStillExpected(sql, id, key))) yield key;
      }
    }
  }
}

async function isStillExpected(sql: ISql, id: string, key: string): Promise<boolean> {
  const holdings = await holdingsOf(sql, [id]);
  return !holdings.get(id)?.is_pending && isAccountedFor(key, holdings);
}

function keysOf({ id, media_version, media_withheld }: Expected): { id: string; key: string }[] {
  const place = placeOf({ media_withheld });
  const media = media_version ? neededMedia.map((file) => mediaKey(id, media_version, file, place)) : [];
  return [originalKey(id), ...media].map((key) => ({ id, key }));
}

function isAccountedFor(key: string, holdings: Map<string, Holding>): boolean {
  const holding = holdings.get(idOf(key) ?? '');
  if (!holding) return false;
  if (holding.is_pending) return true;
  if (key.startsWith(ORIGINALS)) return holding.has_original && key === originalKey(holding.id);
  const [, , version] = key.split('/');
  if (version === holding.lease_token) return true;
  return version === holding.media_version && key.startsWith(placeOf(holding));
}

/** The video that a key is about, if it is one of ours. */
function idOf(key: string): string | undefined {
  const prefix = [ORIGINALS, ...mediaPlaces].find((known) => key.startsWith(known));
  const id = prefix && key.slice(prefix.length).split('/')[0];
  return id && UUID.test(id) ? id : undefined;
}

const idsOf = (objects: readonly { key: string }[]) => [
  ...new Set(objects.map(({ key }) => idOf(key)).filter((id) => id !== undefined)),
];

async function* batched<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
