import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import type { ObjectStore } from '@anb/service-kit/objects';
import { letGo } from './end-upload.ts';
import { forgetDeletedOwners } from './store/deleted-accounts.ts';
import { forgetUpload } from './store/uploads.ts';

export interface DeletedAccountsOptions {
  sql: Sql;
  objects: ObjectStore;
  log: Logger;
  everyMs?: number;
}

const EVERY_MS = 60_000;

/**
 * Looks after deleted accounts: the deletion itself makes tombstones of their videos, but bytes of uploads under way
 * are still in the store, and a request that was let in just before can bring another video.
 */
export class DeletedAccounts {
  readonly #options: DeletedAccountsOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: DeletedAccountsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = EVERY_MS, log } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        log.warn({ err: error }, 'what deleted accounts left not looked for; trying again');
      });
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async look(): Promise<void> {
    const { sql, objects, log } = this.#options;
    const { forgotten, uploads } = await forgetDeletedOwners(sql);
    if (forgotten > 0) log.info({ forgotten }, 'videos and uploads of deleted accounts forgotten');
    for (const { is_still, ...upload } of uploads) {
      if (this.#stop.signal.aborted) return;
      const { video_id } = upload;
      try {
        await letGo(objects, upload);
        if (is_still) await forgetUpload(sql, video_id);
      } catch (error) {
        log.warn({ err: error, video_id }, 'upload of a deleted account not removed; trying again');
      }
    }
  }
}
