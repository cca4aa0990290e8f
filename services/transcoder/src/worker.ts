import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { mediaFolder } from '@anb/service-kit/media';
import { outcomeCounter } from '@anb/service-kit/metrics';
import type { ObjectStore } from '@anb/service-kit/objects';
import { type JobQueue, type ReceivedMessage, transcodeMessage } from '@anb/service-kit/queue';
import { Histogram, type Registry } from 'prom-client';
import type { Programs } from './ffmpeg.ts';
import { extendLease, fail, type Lease, publish, releaseLease, takeLease } from './store.ts';
import { faultOf, type PassingFault, transcode } from './transcode.ts';

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
const outcomes = ['processed', 'failed', 'released', 'lost', 'busy', 'final', 'unknown'] as const;
type Outcome = (typeof outcomes)[number];

const LONG_POLL_SECONDS = 20;
const RETRY_MS = 2000;

/**
 * Takes jobs off the queue, one at a time.
 *
 * received -> lease taken -> transcoded -> published or failed -> message deleted
 *          -> busy (another worker's lease lives): the message is hidden for the lease's remainder
 *          -> final (nothing to do): the message is deleted
 * A passing fault gives the lease back and hides the message until the next attempt; at the last one the video fails
 * with that fault as its reason. Whoever loses the lease, by deletion of the video or to another worker, stops at once
 * and changes nothing.
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
    const { queue, log, visibilitySeconds } = this.#options;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      try {
        const message = await queue.receive(LONG_POLL_SECONDS, visibilitySeconds, signal);
        if (message) await this.#handle(message);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'queue or database away; trying again');
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #handle(message: ReceivedMessage): Promise<void> {
    const { sql, queue, log, visibilitySeconds } = this.#options;
    const start = performance.now();
    if (message.sentAt) this.#wait.observe(Math.max(0, (Date.now() - message.sentAt.getTime()) / 1000));

    const job = parse(message.body);
    if (!job) {
      // Not deleted: after its receives are used up the queue moves it to the dead letters, to be looked at.
      log.error({ receives: message.receives }, 'message in an unknown shape');
      return this.#count('unknown');
    }
    const context = { video_id: job.video_id, request_id: job.request_id };
    const taken = await takeLease(sql, job.video_id, visibilitySeconds);
    if (taken.outcome === 'busy') {
      await queue.hide(message.receipt, Math.max(1, taken.waitSeconds));
      return this.#count('busy');
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
    const { sql, objects, programs, scratchDir } = this.#options;
    const heartbeat = this.#keepAlive(lease, message, log);
    const signal = AbortSignal.any([this.#stop.signal, heartbeat.lost]);
    let fault: PassingFault = 'processing_failed';
    try {
      const work = { objects, programs, scratchDir, signal, onProgress: heartbeat.report };
      const result = await transcode(lease, work);
      const held =
        result.outcome === 'made'
          ? await publish(sql, lease, result.durationSeconds)
          : await fail(sql, lease, result.code);
      if (held) {
        await heartbeat.stop();
        await this.#options.queue.delete(message.receipt);
        if (result.outcome === 'made') return 'processed';
        log.info({ code: result.code, detail: result.detail }, 'video can not be processed');
        return 'failed';
      }
    } catch (error) {
      fault = faultOf(error);
      if (!signal.aborted) log.warn({ err: error, fault }, 'transcoding broke off');
    }
    await heartbeat.stop();
    return this.#giveUp(lease, message, this.#stop.signal.aborted ? null : fault, log);
  }

  /** Ends a job that came to no conclusion; what it wrote goes, unless it turns out to have been published. */
  async #giveUp(
    lease: Lease,
    message: ReceivedMessage,
    fault: PassingFault | null,
    log: Logger,
  ): Promise<Outcome> {
    const { sql, objects, queue } = this.#options;
    const { outcome, waitSeconds } = await releaseLease(sql, lease, fault);
    if (outcome === 'published') {
      await queue.delete(message.receipt);
      return 'processed';
    }
    if (outcome === 'failed') {
      await queue.delete(message.receipt);
      log.error({ fault }, 'given up after the last attempt');
    } else {
      await queue.hide(message.receipt, waitSeconds);
    }
    await objects
      .deleteAll(`${mediaFolder(lease.videoId)}${lease.token}/`)
      .catch((error: unknown) => log.warn({ err: error }, 'unpublished media not removed'));
    return outcome;
  }

  /** Extends the lease first, the message second: a worker that has lost the lease must not keep the message. */
  #keepAlive(lease: Lease, message: ReceivedMessage, log: Logger) {
    const { sql, queue, visibilitySeconds } = this.#options;
    const lost = new AbortController();
    const done = new AbortController();
    let progress = 0;
    let lastBeat = performance.now();

    const beat = async () => {
      if (!(await extendLease(sql, lease, visibilitySeconds, progress))) {
        log.warn('lease lost');
        lost.abort(new Error('the lease is lost'));
        return;
      }
      lastBeat = performance.now();
      await queue.hide(message.receipt, visibilitySeconds);
    };
    const beating = (async () => {
      while (!done.signal.aborted && !lost.signal.aborted) {
        await sleep((visibilitySeconds * 1000) / 3, undefined, { signal: done.signal }).catch(() => {});
        if (done.signal.aborted) return;
        await beat().catch((error: unknown) => {
          log.warn({ err: error }, 'heartbeat failed');
          // By now the lease may be another's.
          if (performance.now() - lastBeat > visibilitySeconds * 1000) lost.abort(error);
        });
      }
    })();
    return {
      lost: lost.signal,
      report: (percent: number) => {
        progress = percent;
      },
      stop: async () => {
        done.abort();
        await beating;
      },
    };
  }
}

function parse(body: string) {
  try {
    return transcodeMessage.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
