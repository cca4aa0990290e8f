import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import type { ObjectStore } from '@anb/service-kit/objects';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
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
  #turns: Repetition | undefined;

  constructor(options: DeletedAccountsOptions) {
    this.#options = options;
  }

  start(): void {
    const { everyMs = EVERY_MS, log } = this.#options;
    const turn = (signal: AbortSignal) =>
      this.look(signal).catch((error: unknown) => {
        log.warn({ err: error }, 'what deleted accounts left not looked for; trying again');
      });
    this.#turns = repeat({ everyMs, turn });
  }

  async stop(): Promise<void> {
    await this.#turns?.stop();
  }

  async look(signal?: AbortSignal): Promise<void> {
    const { sql, objects, log } = this.#options;
    const { forgotten, uploads } = await forgetDeletedOwners(sql);
    if (forgotten > 0) log.info({ forgotten }, 'videos and uploads of deleted accounts forgotten');
    for (const { is_still, ...upload } of uploads) {
      if (signal?.aborted) return;
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
