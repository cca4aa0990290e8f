import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
import { Sampler } from '@anb/service-kit/sampler';
import type { Registry } from 'prom-client';
import { flagKinds, flagVotes, forgetAddresses, openFlags, type Thresholds } from './store/flags.ts';

export interface FlagWatchOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
  thresholds: Thresholds;
  everyMs?: number;
}

const EVERY_MS = 120_000;
/** Postgres': the statement took too long. */
const TOO_LONG = '57014';

/** Looks for votes that an organiser should look at, and forgets addresses in time; one replica at a time. */
export class FlagWatch {
  readonly #options: FlagWatchOptions;
  readonly #open: Sampler<Awaited<ReturnType<typeof openFlags>>>;
  #turns: Repetition | undefined;
  /** Shorter than was asked for while more votes come in than can be looked at in time. */
  #windowMinutes: number;

  constructor(options: FlagWatchOptions) {
    const { sql, log, registry, thresholds } = options;
    this.#options = options;
    this.#windowMinutes = thresholds.windowMinutes;
    this.#open = new Sampler({ what: 'flags', read: () => openFlags(sql), log, registry });
    this.#open.gauge(
      {
        name: 'anb_vote_flags_open',
        help: 'Flags that wait for an organiser, by kind.',
        labelNames: ['kind'],
      },
      (gauge, rows) => {
        for (const kind of flagKinds) gauge.set({ kind }, rows.find((row) => row.kind === kind)?.flags ?? 0);
      },
    );
  }

  start(): void {
    this.#open.start();
    const { everyMs = EVERY_MS } = this.#options;
    this.#turns = repeat({ everyMs, firstAfterMs: everyMs, turn: (signal) => this.#look(signal) });
  }

  async stop(): Promise<void> {
    this.#open.stop();
    await this.#turns?.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { sql, log, thresholds } = this.#options;
    const windowMinutes = this.#windowMinutes;
    try {
      const flagged = await flagVotes(sql, { ...thresholds, windowMinutes });
      if (flagged > 0) log.warn({ flags: flagged }, 'votes flagged for an organiser to look at');
      this.#windowMinutes = Math.min(thresholds.windowMinutes, windowMinutes * 2);
      if (await forgetAddresses(sql)) log.info('addresses of votes forgotten');
    } catch (error) {
      if (signal.aborted) return;
      if ((error as { code?: string }).code === TOO_LONG) {
        this.#windowMinutes = Math.max(1, Math.floor(windowMinutes / 2));
      }
      log.warn({ err: error, window_minutes: windowMinutes }, 'votes not looked at; trying again');
    }
  }
}
