import { comparisonKey } from '@anb/service-kit/comparison-key';
import type { Sql } from '@anb/service-kit/database';
import { DatabaseClock } from '@anb/service-kit/database-clock';
import type { Logger } from '@anb/service-kit/log';
import { type Repetition, repeat } from '@anb/service-kit/repeat';
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { CityKey } from './cities.ts';
import { type Contender, merge, type Ranking, type Rules, rank, rankedCity, rulesOf } from './ranking.ts';
import { type Changes, isBehind, readChanges, readContenders } from './store/contenders.ts';
import { type PublicContest, readCityNames, readContest } from './store/contest.ts';
import { readFinalists } from './store/results.ts';

/** What every read is answered from: immutable, made anew when something changed. */
export interface Snapshot {
  ranking: Ranking;
  rules: Rules;
  contest: PublicContest;
  contestCities: readonly string[];
  /** The key under which `ranking.cities` holds a city, however it is written. */
  cityKey: (city: string) => string;
}

export interface StandingsOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
}

interface Reading extends Changes {
  /** Every video rather than what changed. */
  isWhole: boolean;
}

interface ContestReading {
  contest: PublicContest;
  cityNames: readonly CityKey[];
  finalists: ReadonlySet<string> | undefined;
}

/** A vote must be in the ranking within a second of its answer. */
const POLL_MS = 400;
/**
 * What changed is asked for since so many polls ago: Postgres writes the end of a transaction to disk within 0.6 s when
 * nobody waits for it, and a crash before gives its number to another one.
 */
const LOOK_BACK = 4;

/**
 * Keeps the newest snapshot in memory: reads what changed since the last time and merges it in. While the database is
 * away the last one goes on being served.
 */
export class Standings {
  /** Votes are judged by the database's. */
  readonly clock = new DatabaseClock();
  readonly #options: StandingsOptions;
  readonly #mergeSeconds: Histogram;
  /** By id: those of the snapshot, and changed with it. */
  readonly #contenders = new Map<string, Contender>();
  readonly #watchers = new Set<(snapshot: Snapshot) => void>();
  #snapshot: Snapshot | undefined;
  #rules: Rules | undefined;
  /** Of the last polls, the newest last. */
  #upTo: Changes['upTo'][] = [];
  /** The contest and its cities as last read. */
  #known = '';
  #readAt = 0;
  #turns: Repetition | undefined;

  constructor(options: StandingsOptions) {
    this.#options = options;
    const readAt = () => this.#readAt;
    const registers = [options.registry];
    new Gauge({
      name: 'anb_ranking_snapshot_age_seconds',
      help: 'Time since the ranking was last read from the database.',
      registers,
      collect() {
        if (readAt() === 0) this.remove({});
        else this.set((performance.now() - readAt()) / 1000);
      },
    });
    this.#mergeSeconds = new Histogram({
      name: 'anb_ranking_merge_seconds',
      help: 'Time to merge what changed into the ranking.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    });
  }

  /** @throws before `start` has come back */
  get current(): Snapshot {
    if (!this.#snapshot) throw new Error('the standings have not been read yet');
    return this.#snapshot;
  }

  /** A video as the current snapshot has it; undefined when it is not in the ranking. */
  contender(videoId: string): Contender | undefined {
    return this.#contenders.get(videoId);
  }

  /** Tells of every new snapshot. */
  watch(tell: (snapshot: Snapshot) => void): void {
    this.#watchers.add(tell);
  }

  /** Waits for the first snapshot. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = async (signal: AbortSignal) => {
      await this.#refresh();
      if (this.#snapshot || signal.aborted) resolve();
    };
    this.#turns = repeat({ everyMs: POLL_MS, turn });
    await promise;
  }

  async stop(): Promise<void> {
    await this.#turns?.stop();
  }

  async #refresh(): Promise<void> {
    const { sql, log } = this.#options;
    const askedAt = performance.now();
    try {
      const [{ now, ...contest }, cityNames] = await Promise.all([readContest(sql), readCityNames(sql)]);
      this.clock.read(now, askedAt);
      const finalists = await this.#readFinalists(contest.result_version);
      const changes = await this.#readVideos();
      this.#readAt = askedAt;
      this.#apply({ contest, cityNames, finalists }, changes);
    } catch (error) {
      log.warn({ err: error }, 'standings not read; going on with the last');
    }
  }

  /** Of the frozen result, if there is one; a version never changes. */
  async #readFinalists(version: number | null): Promise<ReadonlySet<string> | undefined> {
    if (version === null) return undefined;
    const isKnown = this.#snapshot?.contest.result_version === version;
    return isKnown ? this.#snapshot?.rules.finalists : readFinalists(this.#options.sql, version);
  }

  async #readVideos(): Promise<Reading> {
    const { sql, log } = this.#options;
    const [since, last] = [this.#upTo[0], this.#upTo.at(-1)];
    if (since && last) {
      const changes = await readChanges(sql, since);
      if (!isBehind(changes.upTo, last)) return { ...changes, isWhole: false };
      log.warn('the database is an earlier one; reading the whole ranking anew');
    }
    return { ...(await readContenders(sql)), isWhole: true };
  }

  #apply({ contest, cityNames, finalists }: ContestReading, changes: Reading): void {
    const observe = this.#mergeSeconds.startTimer();
    const known = JSON.stringify([contest, cityNames]);
    const isKnown = known === this.#known;
    if (!isKnown || changes.isWhole) this.#rules = undefined;
    if (changes.isWhole) {
      this.#contenders.clear();
      this.#upTo = [];
    }
    const change = this.#note(changes.videos);
    this.#upTo = [...this.#upTo, changes.upTo].slice(-LOOK_BACK);
    const last = this.#snapshot;
    if (last && this.#rules && change.gone.size + change.come.length === 0) return;
    const rules = this.#rules ?? rulesOf(contest.finalists_per_city, cityNames, finalists);
    const ranking =
      last && this.#rules ? merge(last.ranking, change, rules) : rank([...this.#contenders.values()], rules);
    this.#known = known;
    this.#rules = rules;
    this.#snapshot = {
      ranking,
      rules,
      contest,
      contestCities: [...new Set(cityNames.map(({ city }) => city))],
      cityKey: (city) => rankedCity(comparisonKey(city), rules),
    };
    observe();
    for (const tell of this.#watchers) tell(this.#snapshot);
  }

  #note(videos: Changes['videos']) {
    const gone = new Set<Contender>();
    const come: Contender[] = [];
    for (const video of videos) {
      const before = this.#contenders.get(video.video_id);
      if (before && video.open && isSame(before, video)) continue;
      if (before) gone.add(before);
      if (video.open) {
        come.push(video);
        this.#contenders.set(video.video_id, video);
      } else this.#contenders.delete(video.video_id);
    }
    return { gone, come };
  }
}

const isSame = (a: Contender, b: Contender) =>
  (Object.keys(b) as (keyof Contender)[]).every((field) => a[field] === b[field]);
