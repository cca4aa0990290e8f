import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { mediaFolder, originalKey } from '@anb/service-kit/media';
import { outcomeCounter } from '@anb/service-kit/metrics';
import type { ObjectStore } from '@anb/service-kit/objects';
import type { JobQueue } from '@anb/service-kit/queue';
import type { Registry } from 'prom-client';
import {
  deleteOutboxEntries,
  lockOutboxEntries,
  type OutboxEntry,
  type OutboxKind,
  outboxKinds,
} from './store.ts';

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
 * Does what commits left in the outbox: jobs go to SQS, media of deleted videos leave the store. An entry goes
 * only after its work is done, so a crash repeats it: at least once. Replicas skip each other's locked rows.
 */
export class OutboxPublisher {
  readonly #options: OutboxOptions;
  readonly #published: (kind: OutboxKind, entries: number) => void;
  #stopping = false;
  #running: Promise<unknown> | undefined;
  #wakers: (() => void)[] = [];

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
    this.#running = Promise.all(outboxKinds.map((kind) => this.#run(kind)));
  }

  /** Looks through the outbox at once instead of at the next turn. */
  readonly wake = (): void => {
    for (const wake of this.#wakers.splice(0)) wake();
  };

  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
  }

  async #run(kind: OutboxKind): Promise<void> {
    while (!this.#stopping) {
      // Asked for before the look, so that a wake during the look is not missed.
      const woken = new Promise<void>((resolve) => this.#wakers.push(resolve));
      try {
        while (!this.#stopping && (await this.#publishBatch(kind)) === BATCH);
      } catch (error) {
        this.#options.log.warn({ err: error, kind }, 'outbox not published; trying again');
      }
      if (!this.#stopping) await withinPoll(woken);
    }
  }

  /** @returns how many entries were done */
  async #publishBatch(kind: OutboxKind): Promise<number> {
    return this.#options.sql.begin(async (transaction) => {
      const entries = await lockOutboxEntries(transaction, kind, BATCH);
      if (entries.length === 0) return 0;
      const done = kind === 'transcode' ? await this.#send(entries) : await this.#removeMedia(entries);
      await deleteOutboxEntries(transaction, done);
      this.#published(kind, done.length);
      return done.length;
    });
  }

  async #send(entries: OutboxEntry[]): Promise<OutboxEntry[]> {
    const sent = await this.#options.queue.send(
      entries.map(({ video_id, request_id }) => ({ video_id, ...(request_id && { request_id }) })),
    );
    if (sent.size < entries.length) {
      this.#options.log.warn({ refused: entries.length - sent.size }, 'SQS refused some jobs; they stay');
    }
    return entries.filter((_, place) => sent.has(place));
  }

  async #removeMedia(entries: OutboxEntry[]): Promise<OutboxEntry[]> {
    for (const { video_id } of entries) {
      await this.#options.objects.deleteAll(originalKey(video_id));
      await this.#options.objects.deleteAll(mediaFolder(video_id));
    }
    return entries;
  }
}

async function withinPoll(woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, POLL_MS);
  await Promise.race([woken, promise]);
  clearTimeout(timer);
}
