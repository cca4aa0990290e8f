import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { failureReason } from '@anb/service-kit/failure-reason';
import type { Logger } from '@anb/service-kit/log';
import { z } from '@hono/zod-openapi';
import { Gauge, type Registry } from 'prom-client';
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

interface Stream {
  videoId: string;
  userId: number;
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** The last event, so that only changes are told. */
  told: string;
  saidAt: number;
}

const POLL_MS = 1000;
/** Below the load balancer's idle timeout. */
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 2000;
/** Of one player, or one would leave no room for the others. */
const MAX_STREAMS_EACH = 20;
/** Events that a client may leave unread. */
const MAX_UNREAD = 16;
const MAX_RETRY_MS = 5000;

const encoder = new TextEncoder();

/** Tells players how far their videos are: one query a second for all of them, and none while nobody watches. */
export class ProgressFeed {
  readonly #options: ProgressFeedOptions;
  readonly #streams = new Set<Stream>();
  readonly #stop = new AbortController();
  #polling = false;

  constructor(options: ProgressFeedOptions) {
    this.#options = options;
    const streams = this.#streams;
    new Gauge({
      name: 'anb_progress_streams',
      help: 'Players that watch a video being processed.',
      registers: [options.registry],
      collect() {
        this.set(streams.size);
      },
    });
  }

  /** @returns null when there are too many streams or no more are taken */
  open(videoId: string, userId: number, signal: AbortSignal): ReadableStream<Uint8Array> | null {
    if (this.#stop.signal.aborted || !this.#hasRoom(userId)) return null;
    let stream: Stream | undefined;
    const leave = () => stream && this.#end(stream);
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stream = { videoId, userId, controller, told: '', saidAt: performance.now() };
          this.#streams.add(stream);
          // A reset connection is told by the signal alone, a closed one by cancel, sometimes both.
          signal.addEventListener('abort', leave, { once: true });
          if (signal.aborted) leave();
          if (this.#polling) void this.#look([stream]);
          else void this.#poll();
        },
        cancel: leave,
      },
      new CountQueuingStrategy({ highWaterMark: MAX_UNREAD }),
    );
  }

  #hasRoom(userId: number): boolean {
    const { maxStreams = MAX_STREAMS, maxStreamsEach = MAX_STREAMS_EACH } = this.#options;
    const own = [...this.#streams].filter((stream) => stream.userId === userId);
    return this.#streams.size < maxStreams && own.length < maxStreamsEach;
  }

  /** Sends everybody to another replica, not all in the same moment. */
  drain(): void {
    this.#stop.abort();
    for (const stream of this.#streams) {
      this.#say(stream, `retry: ${Math.ceil(Math.random() * MAX_RETRY_MS)}\n\n`);
      this.#end(stream);
    }
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    while (this.#streams.size > 0) {
      this.#keepAlive();
      await this.#look([...this.#streams]);
      await sleep(this.#options.pollMs ?? POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    this.#polling = false;
  }

  async #look(streams: Stream[]): Promise<void> {
    const { sql, log } = this.#options;
    try {
      const states = await jobStates(sql, [...new Set(streams.map(({ videoId }) => videoId))]);
      const byId = new Map(states.map((state) => [state.id, state]));
      for (const stream of streams) this.#tell(stream, byId.get(stream.videoId));
    } catch (error) {
      log.warn({ err: error }, 'progress not read; trying again');
    }
  }

  #tell(stream: Stream, state: JobState | undefined): void {
    const data = JSON.stringify(present(state));
    if (data !== stream.told) {
      stream.told = data;
      this.#say(stream, `event: state\ndata: ${data}\n\n`);
    }
    if (!state || state.status === 'processed' || state.status === 'failed') this.#end(stream);
  }

  #keepAlive(): void {
    const silentSince = performance.now() - (this.#options.heartbeatMs ?? HEARTBEAT_MS);
    for (const stream of this.#streams) {
      if (stream.saidAt < silentSince) this.#say(stream, ': still here\n\n');
    }
  }

  #say(stream: Stream, text: string): void {
    if (!this.#streams.has(stream)) return;
    if ((stream.controller.desiredSize ?? 0) <= 0) return this.#end(stream);
    stream.saidAt = performance.now();
    stream.controller.enqueue(encoder.encode(text));
  }

  #end(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    try {
      stream.controller.close();
    } catch {
      // The client has closed it.
    }
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
