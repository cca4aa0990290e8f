import { constants, deflateRawSync } from 'node:zlib';
import { Gauge, type Registry } from 'prom-client';
import { accepts } from './accept-encoding.ts';
import { unavailable } from './errors.ts';

/** Server-sent events as they go over the wire: the same bytes to everybody, compressed once at most. */
export class StreamEvent {
  readonly #plain: Buffer;
  #deflated: Buffer | undefined;

  /** @param text with the empty line that ends it */
  constructor(text: string) {
    this.#plain = Buffer.from(text);
  }

  /**
   * Deflated by itself and up to a byte's end, so that it can stand behind whatever a stream has had before: a deflate
   * stream is a row of blocks, and these look back at none but their own (RFC 1951).
   */
  bytes(isDeflated: boolean): Buffer {
    if (!isDeflated) return this.#plain;
    this.#deflated ??= deflateRawSync(this.#plain, { finishFlush: constants.Z_SYNC_FLUSH });
    return this.#deflated;
  }
}

/** What a gzip stream begins with (RFC 1952): deflated, no name, no time, of no known system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An event, for scripts in browsers hear of no comment. */
const STILL_HERE = new StreamEvent('event: here\ndata:\n\n');
/** Below the load balancer's idle timeout. */
const HEARTBEAT_MS = 15_000;
/** Events that a client may leave unread. */
const MAX_UNREAD = 16;
const MAX_RETRY_MS = 5000;

export interface EventStreamsOptions<About> {
  registry: Registry;
  /** Of the gauge that counts them. */
  metric: { name: string; help: string };
  max: number;
  /** Of one owner, or one would leave no room for the others. */
  maxEach: number;
  ownerOf: (about: About) => unknown;
  heartbeatMs?: number | undefined;
}

/** Who listens. */
export interface EventStream<About> {
  about: About;
  isDeflated: boolean;
  controller: ReadableStreamDefaultController<Uint8Array>;
  saidAt: number;
}

export interface Listener {
  /** Of the request: aborted when the connection is reset. */
  signal: AbortSignal;
  acceptEncoding?: string | undefined;
}

/** Streams of server-sent events to many clients, each gone as soon as its client is, or does not keep up. */
export class EventStreams<About> {
  readonly #options: EventStreamsOptions<About>;
  readonly #streams = new Set<EventStream<About>>();
  #heartbeat: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor(options: EventStreamsOptions<About>) {
    this.#options = options;
    const streams = this.#streams;
    new Gauge({
      ...options.metric,
      registers: [options.registry],
      collect() {
        this.set(streams.size);
      },
    });
  }

  get all(): ReadonlySet<EventStream<About>> {
    return this.#streams;
  }

  /**
   * @param greet hears of the stream when it is first read from: who asks with HEAD never is
   * @returns the answer's body and headers
   * @throws ApiError 503 when there are too many or no more are taken; thousands may come back at once, so that the
   * request's own line is all that is logged
   */
  open(about: About, { signal, acceptEncoding = '' }: Listener, greet: (stream: EventStream<About>) => void) {
    if (this.#isDraining || !this.#hasRoom(about)) throw unavailable({ isLogged: true });
    const isDeflated = accepts(acceptEncoding, 'gzip');
    let stream: EventStream<About> | undefined;
    const leave = () => stream && this.end(stream);
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (stream) return;
          stream = { about, isDeflated, controller, saidAt: performance.now() };
          this.#add(stream);
          // A reset connection is told by the signal alone, a closed one by cancel, sometimes both.
          signal.addEventListener('abort', leave, { once: true });
          if (isDeflated) controller.enqueue(GZIP_HEADER);
          if (signal.aborted || this.#isDraining) leave();
          else greet(stream);
        },
        cancel: leave,
      },
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
    return { body, headers: headers(isDeflated) };
  }

  say(stream: EventStream<About>, event: StreamEvent): void {
    if (!this.#streams.has(stream)) return;
    if ((stream.controller.desiredSize ?? -MAX_UNREAD) <= -MAX_UNREAD) return this.end(stream);
    stream.saidAt = performance.now();
    stream.controller.enqueue(event.bytes(stream.isDeflated));
  }

  end(stream: EventStream<About>): void {
    if (!this.#streams.delete(stream)) return;
    if (this.#streams.size === 0) clearInterval(this.#heartbeat);
    try {
      stream.controller.close();
    } catch {
      // The client has closed it.
    }
  }

  /** Sends everybody to another replica, not all in the same moment. */
  drain(): void {
    this.#isDraining = true;
    for (const stream of this.#streams) {
      this.say(stream, retryAfter(Math.random() * MAX_RETRY_MS));
      this.end(stream);
    }
  }

  #hasRoom(about: About): boolean {
    const { max, maxEach, ownerOf } = this.#options;
    if (this.#streams.size < Math.min(max, maxEach)) return true;
    const owner = ownerOf(about);
    let own = 0;
    for (const stream of this.#streams) if (ownerOf(stream.about) === owner) own++;
    return this.#streams.size < max && own < maxEach;
  }

  #add(stream: EventStream<About>): void {
    if (this.#streams.size === 0) {
      const everyMs = (this.#options.heartbeatMs ?? HEARTBEAT_MS) / 5;
      this.#heartbeat = setInterval(() => this.#keepAlive(), everyMs).unref();
    }
    this.#streams.add(stream);
  }

  #keepAlive(): void {
    const silentSince = performance.now() - (this.#options.heartbeatMs ?? HEARTBEAT_MS) * 0.8;
    for (const stream of this.#streams) {
      if (stream.saidAt <= silentSince) this.say(stream, STILL_HERE);
    }
  }
}

/** How long a client that lost its stream waits before it asks for another. */
export const retryAfter = (ms: number) => new StreamEvent(`retry: ${Math.ceil(ms)}\n\n`);

const headers = (isDeflated: boolean) => ({
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  'X-Accel-Buffering': 'no',
  Vary: 'Accept-Encoding',
  ...(isDeflated && { 'Content-Encoding': 'gzip' }),
});
