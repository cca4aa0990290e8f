import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { removeStale } from './store/upkeep.ts';

const HOUR_MS = 3_600_000;

/** Removes, once an hour, what has no meaning any more; one replica at a time. */
export class Upkeep {
  readonly #sql: Sql;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(sql: Sql, log: Logger) {
    this.#sql = sql;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await sleep(HOUR_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        const removed = await removeStale(this.#sql, signal);
        if (removed > 0) this.#log.info({ rows: removed }, 'stale rows removed');
      } catch (error) {
        this.#log.warn({ err: error }, 'stale rows not removed; trying again in an hour');
      }
    }
  }
}
