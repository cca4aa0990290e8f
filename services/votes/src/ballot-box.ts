import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { isDependencyAway, unavailable } from '@anb/service-kit/errors';
import type { Logger } from '@anb/service-kit/log';
import { outcomeCounter } from '@anb/service-kit/metrics';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { type Ballot, castBallots, readBatch, type VoteOutcome } from './store/ballots.ts';

export interface BallotBoxOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
  /** Whether only voters whose e-mail is verified are counted. */
  needsVerifiedEmail: boolean;
}

interface Waiting {
  ballot: Ballot;
  since: number;
  /** Whoever asked for this vote; the first gets its outcome, the others have voted already. */
  callers: PromiseWithResolvers<VoteOutcome>[];
}

const MAX_BATCH = 1000;
/** Two seconds' worth and more; who comes later is asked to come again. */
const MAX_WAITING = 10_000;
/** Less than a request may take, so that each is told what has become of it. */
const PATIENCE_MS = 5000;
/** Between tries, and as much again at random, or two batches would meet each other again. */
const PAUSE_MS = { conflict: 5, lost_reply: 250 };

/**
 * Commits votes in groups: those that arrive while a batch is being committed form the next one, so that a hot video's
 * tally is locked once a batch and the disk is waited for once a batch. One batch at a time:
 *
 * cast → settled
 * cast → deadlock or serialisation failure, nothing was written → cast again
 * cast → the connection broke, or the database is away: nobody knows → read back → what is not recorded is cast again
 *   → read back: what was cast first may have been the later one
 * cast → refused for a reason that lies in a row → each half by itself, down to the one at fault
 *
 * Whoever has waited for too long gets a 503: the vote may count all the same, and asking again tells.
 */
export class BallotBox {
  readonly #options: BallotBoxOptions;
  #waiting = new Map<string, Waiting>();
  readonly #metrics: ReturnType<typeof boxMetrics>;
  #isCommitting = false;
  /** Since the last batch. */
  #isFull = false;

  constructor(options: BallotBoxOptions) {
    this.#options = options;
    this.#metrics = boxMetrics(options.registry, () => this.#waiting.size);
  }

  /**
   * Resolves once the vote is committed or refused.
   * @throws ApiError 503 when too many wait, or it could not be committed in time
   */
  readonly cast = (ballot: Ballot): Promise<VoteOutcome> => {
    const caller = Promise.withResolvers<VoteOutcome>();
    const key = `${ballot.videoId} ${ballot.voterId}`;
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.callers.push(caller);
    else if (this.#waiting.size >= MAX_WAITING) return this.#refuse();
    else this.#waiting.set(key, { ballot, since: performance.now(), callers: [caller] });
    if (!this.#isCommitting) void this.#commitAll();
    return caller.promise;
  };

  #refuse(): Promise<never> {
    if (!this.#isFull) this.#options.log.warn({ votes: MAX_WAITING }, 'too many votes wait; refusing more');
    this.#isFull = true;
    return Promise.reject(unavailable({ isLogged: true }));
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    while (this.#waiting.size > 0) await this.#commit(this.#takeBatch());
    this.#isCommitting = false;
  }

  #takeBatch(): Waiting[] {
    this.#isFull = false;
    const waiting = [...this.#waiting];
    this.#waiting = new Map(waiting.slice(MAX_BATCH));
    return waiting.slice(0, MAX_BATCH).map(([, each]) => each);
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const batchId = randomBytes(8).readBigInt64BE();
    const observed = this.#metrics.observe(batch.length);
    let left = batch;
    let mayBeCommitted = false;
    for (;;) {
      left = withoutLate(left);
      if (left.length === 0) return;
      try {
        if (mayBeCommitted) left = await this.#readBack(left, batchId);
        if (left.length > 0) await this.#cast(left, batchId, mayBeCommitted);
        observed();
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === 'bad_row') return this.#split(left, error);
        if (reason === 'unknown') return fail(left, error);
        mayBeCommitted ||= reason === 'lost_reply';
        this.#metrics.retried(reason);
        this.#options.log.warn(
          { err: error, votes: left.length, reason },
          'votes not committed; trying again',
        );
        await sleep(PAUSE_MS[reason] * (1 + Math.random()));
      }
    }
  }

  async #cast(batch: Waiting[], batchId: bigint, mayBeCommitted: boolean): Promise<void> {
    const { sql, needsVerifiedEmail } = this.#options;
    const ballots = batch.map(({ ballot }) => ballot);
    const outcomes = await castBallots(sql, ballots, { batchId, needsVerifiedEmail });
    // What was sent before may have begun to write only after it was asked about: a refusal is then its own doing.
    const found = mayBeCommitted ? await readBatch(sql, ballots, batchId) : [];
    for (const [place, waiting] of batch.entries()) settle(waiting, found[place] ?? outcomes[place]);
  }

  /** @returns those that are still to be cast */
  async #readBack(batch: Waiting[], batchId: bigint): Promise<Waiting[]> {
    const ballots = batch.map(({ ballot }) => ballot);
    const outcomes = await readBatch(this.#options.sql, ballots, batchId);
    return batch.filter((waiting, place) => {
      const outcome = outcomes[place];
      if (outcome) settle(waiting, outcome);
      return !outcome;
    });
  }

  async #split(batch: Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1) return fail(batch, error);
    this.#metrics.retried('bad_row');
    const half = Math.ceil(batch.length / 2);
    await this.#commit(batch.slice(0, half));
    await this.#commit(batch.slice(half));
  }
}

function settle(waiting: Waiting, outcome: VoteOutcome | undefined): void {
  if (!outcome) return fail([waiting], new Error('a ballot without an outcome'));
  const [first, ...others] = waiting.callers;
  first?.resolve(outcome);
  for (const { resolve } of others)
    resolve(outcome.result === 'recorded' ? { result: 'already_voted' } : outcome);
}

function fail(batch: Waiting[], error: unknown): void {
  for (const { callers } of batch) for (const { reject } of callers) reject(error);
}

function withoutLate(batch: Waiting[]): Waiting[] {
  const latest = performance.now() - PATIENCE_MS;
  fail(
    batch.filter(({ since }) => since < latest),
    unavailable({ isLogged: true }),
  );
  return batch.filter(({ since }) => since >= latest);
}

const retryReasons = ['conflict', 'lost_reply', 'bad_row'] as const;

function reasonOf(error: unknown): (typeof retryReasons)[number] | 'unknown' {
  const { code } = error as { code?: string };
  if (code === '40P01' || code === '40001') return 'conflict';
  if (isDependencyAway(error)) return 'lost_reply';
  // Data exceptions and violated constraints.
  return /^2[23]/.test(code ?? '') ? 'bad_row' : 'unknown';
}

function boxMetrics(registry: Registry, waiting: () => number) {
  const registers = [registry];
  const size = new Histogram({
    name: 'anb_vote_batch_votes',
    help: 'Votes of a batch.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const duration = new Histogram({
    name: 'anb_vote_batch_duration_seconds',
    help: 'Time to commit a batch of votes.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  new Gauge({
    name: 'anb_votes_waiting',
    help: 'Votes that wait for the next batch.',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  const retried = outcomeCounter(registry, {
    name: 'anb_vote_batch_retries_total',
    help: 'Batches of votes tried again, by reason.',
    label: 'reason',
    values: retryReasons,
  });
  return {
    observe: (votes: number) => {
      size.observe(votes);
      return duration.startTimer();
    },
    retried,
  };
}
