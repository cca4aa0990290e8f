import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
import { Sampler } from '@anb/service-kit/sampler';
import type { Registry } from 'prom-client';
import { type Reconciliation, readReconciliation, reconcileNext } from './store/reconciliation.ts';

export interface ReconcilerOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
  /** From the end of one round to the beginning of the next. */
  everySeconds?: number;
  /** Compared in one statement. */
  videos?: number;
}

const EVERY_SECONDS = 300;
const LOOK_MS = 10_000;
const VIDEOS = 200;

/**
 * Compares every tally with the votes that it stands for, and mends it: the votes are the truth. Every replica shows
 * what the last round found.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #found: Sampler<Reconciliation>;
  #turns: Repetition | undefined;

  constructor(options: ReconcilerOptions) {
    const { sql, log, registry } = options;
    this.#options = options;
    this.#found = new Sampler({ what: 'reconciliation', read: () => readReconciliation(sql), log, registry });
    this.#found.gauge(
      {
        name: 'anb_vote_tally_drift',
        help: 'Votes by which tallies were off in the last round of comparing them.',
      },
      (gauge, { drift }) => drift !== null && gauge.set(drift),
    );
    this.#found.gauge(
      { name: 'anb_vote_tallies_checked_seconds', help: 'Time since every tally had been compared.' },
      (gauge, { secondsSinceRound }) => secondsSinceRound !== null && gauge.set(secondsSinceRound),
    );
  }

  start(): void {
    let isShown = false;
    const turn = async (signal: AbortSignal) => {
      await this.#goOn(signal);
      // Before the first round there is nothing to show.
      if (!isShown) this.#found.start();
      isShown = true;
    };
    this.#turns = repeat({ everyMs: LOOK_MS, turn });
  }

  async stop(): Promise<void> {
    this.#found.stop();
    await this.#turns?.stop();
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.reconcile())) {}
    } catch (error) {
      this.#options.log.warn({ err: error }, 'tallies not compared; trying again');
    }
  }

  /** @returns whether there was something to compare */
  async reconcile(): Promise<boolean> {
    const { sql, log, everySeconds = EVERY_SECONDS, videos = VIDEOS } = this.#options;
    const mended = await reconcileNext(sql, { everySeconds, videos });
    for (const one of mended ?? []) log.error(one, 'a tally was not its votes; mended');
    return mended !== null;
  }
}
