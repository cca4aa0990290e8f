import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { outcomeCounter } from '@anb/service-kit/metrics';
import type { ObjectStore } from '@anb/service-kit/objects';
import type { JobQueue } from '@anb/service-kit/queue';
import type { Registry } from 'prom-client';
import { tidyMedia } from './media.ts';
import {
  deleteOutboxEntries,
  lockMedia,
  type OutboxEntry,
  type OutboxKind,
  outboxKinds,
  postponeOutboxEntries,
  takeOutboxEntries,
} from './store/outbox.ts';

export interface OutboxOptions {
  sql: Sql;
  queue: JobQueue;
  objects: ObjectStore;
  log: Logger;
  registry: Registry;
}

/** As many as SQS takes in one call. */
const BATCH = 10;
const POLL_MS = 1000;
/**
 * How long what was taken stays with us, and so how long it lies when we die with it. The queue and the store answer
 * sooner; should they not, another replica does the same once more, which does no harm.
 */
const TAKEN_SECONDS = 15;
/** Before what SQS did not take is offered again. */
const REFUSED_SECONDS = 1;
/** Before media that another replica has in hand are looked at again. */
const BUSY_SECONDS = 2;
/** Before media that could not be moved or removed are tried again. */
const FAILED_SECONDS = 10;

const mediaKinds = outboxKinds.filter((kind) => kind !== 'transcode');

/**
 * Does what commits left in the outbox: jobs go to SQS, media move or leave the store. An entry goes only after its
 * work is done, so a crash repeats it: at least once. Replicas do not see what another has taken.
 */
export class OutboxPublisher {
  readonly #options: OutboxOptions;
  readonly #published: (kind: OutboxKind, entries: number) => void;
  #stopping = false;
  #running: Promise<unknown> | undefined;
  readonly #wakers = new Set<() => void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#published = outcomeCounter(options.registry, {
      name: 'anb_outbox_published_total',
      help: 'Outbox entries done, by kind.',
      label: 'kind',
      values: outboxKinds,
    });
  }

  start(): void {
    // A loop each: a store that is away must not hold up the jobs, nor repeat those already sent.
    this.#running = Promise.all([this.#run(() => this.#publishJobs()), this.#run(() => this.#tidyNext())]);
  }

  /** Looks through the outbox at once instead of at the next turn. */
  readonly wake = (): void => {
    for (const wake of this.#wakers) wake();
  };

  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
  }

  /** `publish` says whether there may be more. */
  async #run(publish: () => Promise<boolean>): Promise<void> {
    while (!this.#stopping) {
      // Asked for before the look, so that a wake during the look is not missed.
      const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
      this.#wakers.add(wake);
      try {
        while (!this.#stopping && (await publish()));
      } catch (error) {
        this.#options.log.warn({ err: error }, 'outbox not published; trying again');
      }
      if (!this.#stopping) await withinPoll(woken);
      this.#wakers.delete(wake);
    }
  }

  async #publishJobs(): Promise<boolean> {
    const { sql } = this.#options;
    const entries = await takeOutboxEntries(sql, ['transcode'], BATCH, TAKEN_SECONDS);
    if (entries.length === 0) return false;
    const sent = await this.#send(entries);
    if (sent.length > 0) await deleteOutboxEntries(sql, sent);
    this.#published('transcode', sent.length);
    if (sent.length === entries.length) return sent.length === BATCH;
    const refused = entries.filter((entry) => !sent.includes(entry));
    await postponeOutboxEntries(sql, refused, REFUSED_SECONDS);
    return false;
  }

  /** @returns what SQS has taken */
  async #send(entries: OutboxEntry[]): Promise<OutboxEntry[]> {
    const { queue, log } = this.#options;
    const messages = entries.map(({ video_id, user_id, request_id, traceparent }) => ({
      video_id,
      ...(request_id && { request_id }),
      ...(traceparent && { traceparent }),
      ...(user_id && { group: String(user_id) }),
    }));
    try {
      const sent = await queue.send(messages);
      if (sent.size < entries.length)
        log.warn({ refused: entries.length - sent.size }, 'SQS refused jobs; they stay');
      return entries.filter((_, place) => sent.has(place));
    } catch (error) {
      log.warn({ err: error, jobs: entries.length }, 'jobs not sent; trying again');
      return [];
    }
  }

  async #tidyNext(): Promise<boolean> {
    const { sql, log } = this.#options;
    const [entry] = await takeOutboxEntries(sql, mediaKinds, 1, TAKEN_SECONDS);
    if (!entry) return false;
    try {
      if (!(await this.#tidy(entry))) {
        await postponeOutboxEntries(sql, [entry], BUSY_SECONDS);
        return true;
      }
    } catch (error) {
      const { kind, video_id } = entry;
      log.warn({ err: error, kind, video_id }, 'media not tidied; trying again');
      await postponeOutboxEntries(sql, [entry], FAILED_SECONDS);
      return true;
    }
    await deleteOutboxEntries(sql, [entry]);
    this.#published(entry.kind, 1);
    return true;
  }

  /** @returns false when another replica has this video's media in hand */
  async #tidy(entry: OutboxEntry): Promise<boolean> {
    const { sql, objects } = this.#options;
    // Open for its lock alone: it has written nothing that anybody would wait for.
    return sql.begin(async (lock) => {
      if (!(await lockMedia(lock, entry.video_id))) return false;
      await tidyMedia(sql, objects, entry);
      return true;
    });
  }
}

async function withinPoll(woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, POLL_MS);
  await Promise.race([woken, promise]);
  clearTimeout(timer);
}
