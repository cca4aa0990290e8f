import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { type EventStream, EventStreams, type Listener, StreamEvent } from '@anb/service-kit/event-streams';
import { failureReason } from '@anb/service-kit/failure-reason';
import type { Logger } from '@anb/service-kit/log';
import { z } from '@hono/zod-openapi';
import type { Registry } from 'prom-client';
import { type JobState, jobStates } from './store/jobs.ts';

export const jobEvents = z
  .object({
    status: z.enum(['uploaded', 'processing', 'processed', 'failed', 'deleted']),
    stage: z.enum(['downloading', 'examining', 'transcoding', 'storing']).optional(),
    progress: z.int().min(0).max(100).openapi({ description: 'Percent of the whole job.' }),
    queue_place: z.int().optional().openapi({ description: 'While it waits; 1 is the next. About.' }),
    failure_code: z.string().optional(),
    failure_reason: z.string().optional(),
  })
  .openapi('VideoState');

export interface ProgressFeedOptions {
  sql: Sql;
  log: Logger;
  registry: Registry;
  pollMs?: number;
  heartbeatMs?: number;
  maxStreams?: number;
  maxStreamsEach?: number;
}

interface Watched {
  videoId: string;
  userId: number;
  /** The last event, so that only changes are told. */
  told: string;
}
type Stream = EventStream<Watched>;

const POLL_MS = 1000;
const MAX_STREAMS = 2000;
const MAX_STREAMS_EACH = 20;

/** Tells players how far their videos are: one query a second for all of them, and none while nobody watches. */
export class ProgressFeed {
  readonly #options: ProgressFeedOptions;
  readonly #streams: EventStreams<Watched>;
  readonly #stop = new AbortController();
  #polling = false;

  constructor(options: ProgressFeedOptions) {
    const { registry, heartbeatMs, maxStreams = MAX_STREAMS, maxStreamsEach = MAX_STREAMS_EACH } = options;
    this.#options = options;
    this.#streams = new EventStreams({
      ...{ registry, heartbeatMs, max: maxStreams, maxEach: maxStreamsEach },
      ownerOf: ({ userId }) => userId,
      metric: { name: 'anb_progress_streams', help: 'Players that watch a video being processed.' },
    });
  }

  /** @throws ApiError 503 as `EventStreams.open` */
  open(videoId: string, userId: number, listener: Listener) {
    return this.#streams.open({ videoId, userId, told: '' }, listener, (stream) => {
      if (this.#polling) void this.#look([stream]);
      else void this.#poll();
    });
  }

  drain(): void {
    this.#stop.abort();
    this.#streams.drain();
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    while (this.#streams.all.size > 0) {
      await this.#look([...this.#streams.all]);
      await sleep(this.#options.pollMs ?? POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    this.#polling = false;
  }

  async #look(streams: Stream[]): Promise<void> {
    const { sql, log } = this.#options;
    try {
      const states = await jobStates(sql, [...new Set(streams.map(({ about }) => about.videoId))]);
      const byId = new Map(states.map((state) => [state.id, state]));
      for (const stream of streams) this.#tell(stream, byId.get(stream.about.videoId));
    } catch (error) {
      log.warn({ err: error }, 'progress not read; trying again');
    }
  }

  #tell(stream: Stream, state: JobState | undefined): void {
    const data = JSON.stringify(present(state));
    if (data !== stream.about.told) {
      stream.about.told = data;
      this.#streams.say(stream, new StreamEvent(`event: state\ndata: ${data}\n\n`));
    }
    if (!state || state.status === 'processed' || state.status === 'failed') this.#streams.end(stream);
  }
}

function present(state: JobState | undefined): z.infer<typeof jobEvents> {
  if (!state) return { status: 'deleted', progress: 0 };
  const { status, stage, progress, queue_place, failure_code } = state;
  return {
    status,
    ...(status === 'processing' && stage && { stage }),
    progress: status === 'uploaded' ? 0 : progress,
    ...(queue_place !== null && { queue_place }),
    ...(failure_code && { failure_code, failure_reason: failureReason(failure_code) }),
  };
}
