import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from './database.ts';
import { tooManyRequests } from './errors.ts';
import type { Logger } from './log.ts';
import type { Rate } from './throttle.ts';

export interface SharedRateOptions extends Rate {
  sql: Sql;
  log: Logger;
  /** Of the limit, in the metrics. */
  name: string;
  everyMs?: number;
}

interface Count {
  /** How much is used up, as far as is known here; as of `at`. */
  level: number;
  at: number;
  /** The part of it that the other replicas do not know of. */
  untold: number;
}

const EVERY_MS = 1000;
/** Of the burst: what a replica may keep to itself, so that whoever keeps within reason costs no statement. */
const UNTOLD_SHARE = 1 / 16;
const MAX_KEYS = 100_000;
const KEYS_A_STATEMENT = 5000;

/**
 * As `throttle`, for paths too hot for a statement each: every replica counts in memory and once a second adds up with
 * the others, in one statement. Each may so grant a sixteenth of the burst too much, and a second's worth. While the
 * database is away each counts by itself.
 */
export class SharedRate {
  readonly #options: SharedRateOptions;
  readonly #perMs: number;
  readonly #counts = new Map<string, Count>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isAway = false;

  constructor(options: SharedRateOptions) {
    this.#options = options;
    this.#perMs = options.perMinute / 60_000;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /**
   * Takes nothing yet.
   * @param whose a user's number or an `addressKey`
   * @throws ApiError 429 with Retry-After when it has none left
   */
  require(whose: string): void {
    const { burst, name } = this.#options;
    const count = this.#counts.get(whose);
    const lacking = count ? this.#sink(count).level + 1 - burst : 0;
    if (lacking > 0) throw tooManyRequests(lacking / this.#perMs / 1000, undefined, name);
  }

  /** @throws ApiError as `require` */
  take(whose: string): void {
    this.require(whose);
    this.count(whose);
  }

  /** Takes one though none may be left. */
  count(whose: string): void {
    const count = this.#sink(this.#counts.get(whose) ?? this.#add(whose));
    count.level += 1;
    count.untold += 1;
  }

  #add(whose: string): Count {
    const [oldest] = this.#counts.size < MAX_KEYS ? [] : this.#counts.keys();
    if (oldest !== undefined) this.#counts.delete(oldest);
    const count = { level: 0, at: performance.now(), untold: 0 };
    this.#counts.set(whose, count);
    return count;
  }

  #sink(count: Count): Count {
    const now = performance.now();
    count.level = Math.max(0, count.level - (now - count.at) * this.#perMs);
    count.untold = Math.min(count.untold, count.level);
    count.at = now;
    return count;
  }

  async #run(): Promise<void> {
    const { everyMs = EVERY_MS, log, name } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#tell();
        this.#isAway = false;
      } catch (error) {
        if (!this.#isAway)
          log.warn({ err: error, limit: name }, 'counts not shared; each replica goes on by its own');
        this.#isAway = true;
      }
    }
  }

  async #tell(): Promise<void> {
    const least = this.#options.burst * UNTOLD_SHARE;
    const due: [string, Count][] = [];
    for (const [whose, count] of this.#counts) {
      if (this.#sink(count).level === 0) this.#counts.delete(whose);
      else if (Math.round(count.untold) >= least) due.push([whose, count]);
    }
    for (let from = 0; from < due.length; from += KEYS_A_STATEMENT) {
      await this.#exchange(new Map(due.slice(from, from + KEYS_A_STATEMENT)));
    }
  }

  async #exchange(counts: Map<string, Count>): Promise<void> {
    const { sql, name, perMinute } = this.#options;
    const told = [...counts].map(([whose, count]) => ({ whose, count, amount: Math.round(count.untold) }));
    for (const { count } of told) count.untold = 0;
    try {
      const levels = await sql<{ key: string; level: number }[]>`
        select key, level
        from auth.add_many_v1(
          ${told.map(({ whose }) => `${name}:${whose}`)}::text[], ${told.map(({ amount }) => amount)}::integer[],
          ${perMinute}
        )`;
      for (const { key, level } of levels) {
        const count = counts.get(key.slice(name.length + 1));
        // What was taken while the answer was on its way is not in it.
        if (count) Object.assign(count, { level: level + count.untold, at: performance.now() });
      }
    } catch (error) {
      for (const { count, amount } of told) count.untold += amount;
      throw error;
    }
  }
}
