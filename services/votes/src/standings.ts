import { setTimeout as sleep } from 'node:timers/promises';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { Gauge, type Registry } from 'prom-client';
import type { CityKey } from './cities.ts';
import { type Ranking, rank } from './ranking.ts';
import { readContenders } from './store/contenders.ts';
import { type Contest, readCityNames, readContest } from './store/contest.ts';

/** What every read is answered from: immutable, made anew when something changed. */
export interface Snapshot {
  ranking: Ranking;
  contest: Contest;
  contestCities: readonly string[];
  /** The key under which `ranking.cities` holds a city, however it is written. */
  cityKey: (city: string) => string;
}

export interface StandingsOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
}

/** A vote must be in the ranking within a second of its answer. */
const POLL_MS = 400;

/** Keeps the newest snapshot in memory. While the database is away the last one goes on being served. */
export class Standings {
  readonly #options: StandingsOptions;
  readonly #stop = new AbortController();
  #snapshot: Snapshot | undefined;
  #readAt = 0;
  #seen = '';
  #polling: Promise<void> | undefined;

  constructor(options: StandingsOptions) {
    this.#options = options;
    const readAt = () => this.#readAt;
    new Gauge({
      name: 'anb_ranking_snapshot_age_seconds',
      help: 'Time since the ranking was last read from the database.',
      registers: [options.registry],
      collect() {
        if (readAt() === 0) this.remove({});
        else this.set((Date.now() - readAt()) / 1000);
      },
    });
  }

  /** @throws before `start` has come back */
  get current(): Snapshot {
    if (!this.#snapshot) throw new Error('the standings have not been read yet');
    return this.#snapshot;
  }

  /** Waits for the first snapshot. */
  async start(): Promise<void> {
    while (!this.#snapshot && !this.#stop.signal.aborted) {
      await this.#refresh();
      if (!this.#snapshot) await this.#pause();
    }
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause();
      if (!this.#stop.signal.aborted) await this.#refresh();
    }
  }

  async #refresh(): Promise<void> {
    const { sql, log } = this.#options;
    try {
      const read = await Promise.all([readContenders(sql), readContest(sql), readCityNames(sql)]);
      this.#readAt = Date.now();
      const seen = JSON.stringify(read);
      if (seen === this.#seen) return;
      this.#snapshot = makeSnapshot(...read);
      this.#seen = seen;
    } catch (error) {
      log.warn({ err: error }, 'standings not read; going on with the last');
    }
  }

  async #pause(): Promise<void> {
    await sleep(POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

function makeSnapshot(
  contenders: Parameters<typeof rank>[0],
  contest: Contest,
  cityNames: readonly CityKey[],
): Snapshot {
  const named = new Map(cityNames.map(({ key, city }) => [key, `contest:${city}`]));
  return {
    ranking: rank(contenders, contest.finalists_per_city),
    contest,
    contestCities: [...new Set(cityNames.map(({ city }) => city))],
    cityKey: (city) => {
      const key = comparisonKey(city);
      return named.get(key) ?? key;
    },
  };
}
