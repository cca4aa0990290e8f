import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
import { removeStale } from './store/upkeep.ts';

const HOUR_MS = 3_600_000;

/** Removes, once an hour, what has no meaning any more; one replica at a time. */
export class Upkeep {
  readonly #sql: Sql;
  readonly #log: Logger;
  #turns: Repetition | undefined;

  constructor(sql: Sql, log: Logger) {
    this.#sql = sql;
    this.#log = log;
  }

  start(): void {
    this.#turns = repeat({ everyMs: HOUR_MS, firstAfterMs: HOUR_MS, turn: (signal) => this.#tidy(signal) });
  }

  async stop(): Promise<void> {
    await this.#turns?.stop();
  }

  async #tidy(signal: AbortSignal): Promise<void> {
    try {
      const removed = await removeStale(this.#sql, signal);
      if (removed > 0) this.#log.info({ rows: removed }, 'stale rows removed');
    } catch (error) {
      this.#log.warn({ err: error }, 'stale rows not removed; trying again in an hour');
    }
  }
}
