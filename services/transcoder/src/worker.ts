import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { isDependencyAway } from '@anb/service-kit/errors';
import type { Logger } from '@anb/service-kit/log';
import { versionFolder } from '@anb/service-kit/media';
import { outcomeCounter } from '@anb/service-kit/metrics';
import type { ObjectStore } from '@anb/service-kit/objects';
import { type JobQueue, type ReceivedMessage, readMessage } from '@anb/service-kit/queue';
import { Histogram, type Registry } from 'prom-client';
import type { Programs } from './ffmpeg.ts';
import {
  databaseAnswers,
  extendLease,
  fail,
  type Lease,
  type Progress,
  type PublishOutcome,
  publish,
  releaseLease,
  reportProgress,
  takeLease,
} from './store.ts';
import { faultOf, type PassingFault, type TranscodeResult, transcode } from './transcode.ts';

export interface WorkerOptions {
  sql: Sql;
  objects: ObjectStore;
  queue: JobQueue;
  log: Logger;
  registry: Registry;
  programs: Programs;
  scratchDir: string;
  visibilitySeconds: number;
  /** How long the job in hand may go on when the worker stops. */
  drainSeconds: number;
}

/** What became of a message. */
const outcomes = [
  ...['processed', 'failed', 'released', 'lost', 'busy', 'final', 'unknown', 'returned'],
] as const;
type Outcome = (typeof outcomes)[number];

const LONG_POLL_SECONDS = 20;
/** How long a stopping worker still listens to its long poll, for a message that is on its way already. */
const LAST_WORD_MS = 500;
const RETRY_MS = 2000;
const REPORT_MS = 1000;

/**
 * Takes jobs off the queue, one at a time.
 *
 * received -> lease taken -> transcoded -> published or failed -> message deleted
 *          -> busy (another worker's lease lives): the message is hidden for the lease's remainder
 *          -> failed (too many attempts, or too many workers died of it): the message is deleted
 *          -> final (nothing to do): the message is deleted
 * A passing fault gives the lease back and hides the message until the next attempt; at the last one the video fails
 * with that fault as its reason. A dependency that is away is no attempt: the worker waits for it and spends no more
 * messages on it. Whoever loses the lease, by deletion of the video or to another worker, stops at once and changes
 * nothing.
 */
export class Worker {
  readonly #options: WorkerOptions;
  /** No more jobs. */
  readonly #drain = new AbortController();
  /** Not even the one in hand. */
  readonly #stop = new AbortController();
  readonly #count: (outcome: Outcome) => void;
  readonly #duration: Histogram;
  readonly #wait: Histogram;
  #running: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const registers = [options.registry];
    this.#count = outcomeCounter(options.registry, {
      name: 'anb_jobs_total',
      help: 'Messages handled, by what became of them.',
      label: 'outcome',
      values: outcomes,
    });
    this.#duration = new Histogram({
      name: 'anb_job_duration_seconds',
      help: 'From receiving a message to its video processed or failed.',
      buckets: [1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1800],
      registers,
    });
    this.#wait = new Histogram({
      name: 'anb_job_queue_wait_seconds',
      help: 'From sending a message to receiving it.',
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600],
      registers,
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Takes no more jobs; the one in hand has `drainSeconds` to end, then it is given back. */
  async stop(): Promise<void> {
    this.#drain.abort();
    const deadline = setTimeout(
      () => this.#stop.abort(new Error('the worker stops')),
      this.#options.drainSeconds * 1000,
    );
    await this.#running;
    clearTimeout(deadline);
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      try {
        const message = await this.#receive();
        if (message) await this.#handle(message);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'queue, store or database away; trying again');
        await this.#untilReachable();
      }
    }
  }

  /** Draining ends the long poll; what still arrives goes back at once, for another worker. */
  async #receive(): Promise<ReceivedMessage | null> {
    const { queue, visibilitySeconds } = this.#options;
    const poll = new AbortController();
    const hangUp = () => setTimeout(() => poll.abort(), LAST_WORD_MS);
    this.#drain.signal.addEventListener('abort', hangUp);
    try {
      const message = await queue.receive(LONG_POLL_SECONDS, visibilitySeconds, poll.signal);
      if (!message || !this.#drain.signal.aborted) return message;
      await queue.hide(message.receipt, 0);
      this.#count('returned');
      return null;
    } finally {
      this.#drain.signal.removeEventListener('abort', hangUp);
    }
  }

  /** While the store or the database is away a message would spend its receives for nothing. */
  async #untilReachable(): Promise<void> {
    const { sql, objects } = this.#options;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      try {
        await Promise.all([databaseAnswers(sql), objects.reach()]);
        return;
      } catch (error) {
        // A store that answers, if only to refuse the question, is there.
        if (!isDependencyAway(error)) return;
      }
    }
  }

  async #handle(message: ReceivedMessage): Promise<void> {
    const { sql, queue, log, visibilitySeconds } = this.#options;
    const start = performance.now();
    if (message.sentAt) this.#wait.observe(Math.max(0, (Date.now() - message.sentAt.getTime()) / 1000));

    const job = readMessage(message.body);
    if (!job) {
      // Not deleted: after its receives are used up the queue moves it to the dead letters, to be looked at.
      log.error({ receives: message.receives }, 'message in an unknown shape');
      return this.#count('unknown');
    }
    const context = { ...job, receives: message.receives };
    const taken = await takeLease(sql, job.video_id, visibilitySeconds);
    if (taken.outcome === 'busy') {
      await queue.hide(message.receipt, busySeconds(taken.waitSeconds, message.receives));
      return this.#count('busy');
    }
    if (taken.outcome === 'failed') {
      const { failureCode: failure_code, deaths } = taken;
      log.warn({ ...context, failure_code, deaths }, 'given up without another attempt');
      await this.#discard(message, log);
      return this.#count('failed');
    }
    if (taken.outcome === 'final') {
      await queue.delete(message.receipt);
      log.info(context, 'nothing to do');
      return this.#count('final');
    }
    const outcome = await this.#work(taken.lease, message, log.child(context));
    const seconds = (performance.now() - start) / 1000;
    if (outcome === 'processed' || outcome === 'failed') this.#duration.observe(seconds);
    log.info({ ...context, outcome, seconds: Math.round(seconds * 1000) / 1000 }, 'job done');
    this.#count(outcome);
  }

  async #work(lease: Lease, message: ReceivedMessage, log: Logger): Promise<Outcome> {
    const { objects, programs, scratchDir } = this.#options;
    const heartbeat = this.#keepAlive(lease, message, log);
    const signal = AbortSignal.any([this.#stop.signal, heartbeat.lost]);
    let fault: PassingFault | null = null;
    try {
      const work = { objects, programs, scratchDir, signal, onProgress: heartbeat.report };
      const result = await transcode(lease, work);
      const conclusion = await this.#conclude(lease, result, heartbeat.lost);
      if (conclusion !== 'lost') {
        await heartbeat.stop();
        await this.#discard(message, log);
        if (conclusion === 'published') return 'processed';
        if (conclusion === 'gone') log.info('its player has no account any more');
        if (result.outcome === 'impossible')
          log.info({ code: result.code, detail: result.detail }, 'video can not be processed');
        return 'failed';
      }
    } catch (error) {
      if (!signal.aborted) {
        fault = faultOf(error);
        log.warn({ err: error, fault }, 'transcoding broke off');
      }
    }
    await heartbeat.stop();
    return this.#giveUp(lease, message, fault, log);
  }

  /** Asked again while the database is away, as long as the lease may be ours: the work is done. */
  async #conclude(
    lease: Lease,
    result: TranscodeResult,
    lost: AbortSignal,
  ): Promise<PublishOutcome | 'failed'> {
    const { sql } = this.#options;
    for (;;) {
      try {
        if (result.outcome === 'made') return await publish(sql, lease, result.durationSeconds);
        return (await fail(sql, lease, result.code)) ? 'failed' : 'lost';
      } catch (error) {
        if (lost.aborted || !isDependencyAway(error)) throw error;
        await sleep(REPORT_MS, undefined, { signal: lost }).catch(() => {});
      }
    }
  }

  /** A message that stays comes back, finds nothing to do, and goes then. */
  async #discard(message: ReceivedMessage, log: Logger): Promise<void> {
    await this.#options.queue
      .delete(message.receipt)
      .catch((error: unknown) => log.warn({ err: error }, 'message of an ended job not deleted'));
  }

  /** Ends a job that came to no conclusion; what it stored goes, unless it turns out to have been published. */
  async #giveUp(
    lease: Lease,
    message: ReceivedMessage,
    fault: PassingFault | null,
    log: Logger,
  ): Promise<Outcome> {
    const { sql, objects, queue } = this.#options;
    const isAway = fault === 'unavailable';
    const { outcome, waitSeconds } = await releaseLease(sql, lease, isAway ? null : fault);
    if (outcome === 'released') {
      await queue.hide(message.receipt, isAway ? Math.min(2 ** message.receives, 60) : waitSeconds);
      if (isAway) await this.#untilReachable();
      return outcome;
    }
    // The message of a lost lease is its new holder's.
    if (outcome !== 'lost') await this.#discard(message, log);
    if (outcome === 'published') return 'processed';
    if (outcome === 'failed') {
      log.error({ fault }, 'given up after the last attempt');
      return outcome;
    }
    // Whoever ended the lease has left word to remove what was stored by then; this is for what came after.
    await objects
      .deleteAll(versionFolder(lease.videoId, lease.token))
      .catch((error: unknown) => log.warn({ err: error }, 'unpublished media not removed'));
    return 'lost';
  }

  /** Extends the lease first, the message second: a worker that has lost the lease must not keep the message. */
  #keepAlive(lease: Lease, message: ReceivedMessage, log: Logger) {
    const { sql, queue, visibilitySeconds } = this.#options;
    const lost = new AbortController();
    const done = new AbortController();
    let news: Progress | undefined;
    let lastBeat = performance.now();
    const lose = (reason: unknown) => {
      log.warn({ err: reason }, 'lease lost');
      lost.abort(reason);
    };

    const report = async () => {
      if (!news) return;
      const progress = news;
      news = undefined;
      if (!(await reportProgress(sql, lease, progress))) lose(new Error('the lease is lost'));
    };
    const pauseMs = Math.round((visibilitySeconds * 1000) / 3);
    const beat = async () => {
      if (performance.now() - lastBeat < pauseMs) return;
      if (!(await extendLease(sql, lease, visibilitySeconds))) return lose(new Error('the lease is lost'));
      lastBeat = performance.now();
      // A queue that falls silent must not keep us from the lease.
      await queue.hide(message.receipt, visibilitySeconds, AbortSignal.timeout(pauseMs));
    };
    const beating = (async () => {
      while (!lost.signal.aborted) {
        await sleep(REPORT_MS, undefined, { signal: done.signal }).catch(() => {});
        if (done.signal.aborted) return;
        try {
          await report();
          await beat();
        } catch (error) {
          log.warn({ err: error }, 'heartbeat failed');
          // By now the lease may be another's.
          if (performance.now() - lastBeat > visibilitySeconds * 1000) lose(error);
        }
      }
    })();
    return {
      lost: lost.signal,
      report: (progress: Progress) => {
        news = progress;
      },
      stop: async () => {
        done.abort();
        await beating;
      },
    };
  }
}

/**
 * The lease's remainder: its holder may have died. One that goes on extending it has a long job, and the message is a
 * double; asked for every time, it would have spent its receives before the job ends.
 */
export const busySeconds = (remainder: number, receives: number) =>
  Math.min(Math.max(1, remainder) * 2 ** Math.max(0, receives - 3), 900);
