import type { ISql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import type { ObjectStore } from '@anb/service-kit/objects';
import { multipartsWithoutRows, objectsWithoutRows } from './audit.ts';
import { letGo } from './end-upload.ts';
import { beginEndingAbandoned, forgetUpload } from './store/uploads.ts';

export interface CleanUpOptions {
  sql: ISql;
  objects: ObjectStore;
  log: Logger;
  /** What nobody has touched for so long goes. */
  hours: number;
}

export interface CleanedUp {
  uploads: number;
  objects: number;
  multiparts: number;
}

const BATCH = 100;

/**
 * Removes uploads that were abandoned, and what the store holds of known videos that nothing accounts for. What is
 * about a video that the catalogue has never heard of stays: the catalogue may be a backup, older than the store.
 */
export async function cleanUp(options: CleanUpOptions): Promise<CleanedUp> {
  return {
    uploads: await removeAbandoned(options),
    objects: await removeObjects(options),
    multiparts: await removeMultiparts(options),
  };
}

async function removeAbandoned({ sql, objects, log, hours }: CleanUpOptions): Promise<number> {
  let removed = 0;
  for (;;) {
    const abandoned = await beginEndingAbandoned(sql, hours, BATCH);
    for (const { video_id, ...upload } of abandoned) {
      try {
        await letGo(objects, { video_id, ...upload });
        await forgetUpload(sql, video_id);
      } catch (error) {
        log.error({ err: error, video_id }, 'abandoned upload not removed; the next run tries again');
        continue;
      }
      log.info({ video_id }, 'abandoned upload removed');
      removed += 1;
    }
    if (abandoned.length < BATCH) return removed;
  }
}

async function removeObjects({ sql, objects, log, hours }: CleanUpOptions): Promise<number> {
  let removed = 0;
  for await (const { key, bytes, modifiedAt, is_known } of objectsWithoutRows(sql, objects)) {
    if (!is_known || !isOld(modifiedAt, hours)) continue;
    await objects.delete([key]);
    log.info({ key, bytes }, 'object that nothing accounts for removed');
    removed += 1;
  }
  return removed;
}

async function removeMultiparts({ sql, objects, log, hours }: CleanUpOptions): Promise<number> {
  const unfinished = await multipartsWithoutRows(sql, objects);
  const old = unfinished.filter(({ startedAt }) => isOld(startedAt, hours));
  for (const { key, uploadId } of old) {
    await objects.abortMultipart(key, uploadId);
    log.info({ key }, 'multipart upload that nothing accounts for removed');
  }
  return old.length;
}

const isOld = (date: Date, hours: number) => Date.now() - date.getTime() >= hours * 3600_000;
