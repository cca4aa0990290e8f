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
  lockOutboxEntries,
  type OutboxEntry,
  type OutboxKind,
  outboxKinds,
  postponeOutboxEntry,
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
/** Before an entry whose work failed is tried again. */
const POSTPONED_SECONDS = 10;
/** Before an entry is looked at again whose video another replica has in hand. */
const TAKEN_SECONDS = 2;

const mediaKinds = outboxKinds.filter((kind) => kind !== 'transcode');

/**
 * Does what commits left in the outbox: jobs go to SQS, media move or leave the store. An entry goes only after its
 * work is done, so a crash repeats it: at least once. Replicas skip each other's locked rows.
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
    const published = await this.#options.sql.begin(async (transaction) => {
      const entries = await lockOutboxEntries(transaction, ['transcode'], BATCH);
      if (entries.length === 0) return 0;
      const sent = await this.#send(entries);
      await deleteOutboxEntries(transaction, sent);
      return sent.length;
    });
    this.#published('transcode', published);
    return published === BATCH;
  }

  async #send(entries: OutboxEntry[]): Promise<OutboxEntry[]> {
    const sent = await this.#options.queue.send(
      entries.map(({ video_id, user_id, request_id, traceparent }) => ({
        video_id,
        ...(request_id && { request_id }),
        ...(traceparent && { traceparent }),
        ...(user_id && { group: String(user_id) }),
      })),
    );
    if (sent.size < entries.length) {
      this.#options.log.warn({ refused: entries.length - sent.size }, 'SQS refused some jobs; they stay');
    }
    return entries.filter((_, place) => sent.has(place));
  }

  /** One at a time: its lock on the video lives as long as the transaction. */
  async #tidyNext(): Promise<boolean> {
    const { sql, objects, log } = this.#options;
    let entry: OutboxEntry | undefined;
    try {
      return await sql.begin(async (transaction) => {
        [entry] = await lockOutboxEntries(transaction, mediaKinds, 1);
        if (!entry) return false;
        if (!(await lockMedia(transaction, entry.video_id))) {
          await postponeOutboxEntry(transaction, entry, TAKEN_SECONDS);
          return true;
        }
        if (await tidyMedia(transaction, objects, entry)) {
          await deleteOutboxEntries(transaction, [entry]);
          this.#published(entry.kind, 1);
        }
        return true;
      });
    } catch (error) {
      if (!entry) throw error;
      const { kind, video_id } = entry;
      log.warn({ err: error, kind, video_id }, 'media not tidied; trying again');
      // Not in the transaction, which may have broken with its connection.
      await postponeOutboxEntry(sql, entry, POSTPONED_SECONDS);
      return true;
    }
  }
}

async function withinPoll(woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, POLL_MS);
  await Promise.race([woken, promise]);
  clearTimeout(timer);
}
