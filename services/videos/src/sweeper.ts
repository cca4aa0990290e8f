import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import type { JobQueue } from '@anb/service-kit/queue';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
import { Counter, type Registry } from 'prom-client';
import { sweepJobs } from './store/jobs.ts';

export interface SweeperOptions {
  sql: Sql;
  queue: JobQueue;
  /** Has the outbox looked through at once. */
  wakeOutbox: () => void;
  log: Logger;
  registry: Registry;
  everySeconds: number;
}

/**
 * Sends jobs again whose message is gone: a queue can be purged, and gives up a message that too many workers gave
 * back. SQS can not be asked whether it still has a message, so a job counts as lost only when the whole queue was
 * empty at two looks in a row; its counts are approximate and late.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #resent: Counter;
  #turns: Repetition | undefined;
  #wasEmpty = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#resent = new Counter({
      name: 'anb_jobs_resent_total',
      help: 'Jobs sent again because the queue was empty while they waited.',
      registers: [options.registry],
    });
  }

  start(): void {
    const { everySeconds, log } = this.#options;
    const turn = (signal: AbortSignal) =>
      this.#look(signal).catch((error: unknown) => {
        this.#wasEmpty = false;
        if (!signal.aborted) log.warn({ err: error }, 'lost jobs not looked for; trying again');
      });
    this.#turns = repeat({ everyMs: everySeconds * 1000, firstAfterMs: everySeconds * 1000, turn });
  }

  async stop(): Promise<void> {
    await this.#turns?.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { sql, queue, log, wakeOutbox, everySeconds } = this.#options;
    const { visible, inFlight, delayed } = await queue.state(signal);
    const isEmpty = visible + inFlight + delayed === 0;
    const isEmptyAgain = isEmpty && this.#wasEmpty;
    this.#wasEmpty = isEmpty;
    if (!isEmptyAgain) return;
    const { resent, failed } = await sweepJobs(sql, everySeconds);
    if (resent + failed === 0) return;
    this.#resent.inc(resent);
    log.warn({ resent, failed }, 'jobs without a message');
    wakeOutbox();
  }
}
