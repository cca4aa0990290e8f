import type { SignedPart, UploadState } from '@anb/api-client/contract';
import { Offline, Refusal } from './api.ts';

/**
 * A file on its way into the object store, part by part. What has arrived stays there: when it breaks off, also with the
 * page, another `Upload` of the same file goes on with what is missing.
 */

/** How requests and bytes go out; in browsers see browser-transport.ts. */
export interface Transport {
  /** To the API, as the person who is signed in. @throws Offline, Refusal */
  call: <T>(method: string, path: string, options?: { json?: unknown }) => Promise<T>;
  /** @returns the ETag that the store has answered. @throws Offline, StoreRefusal */
  put: (url: string, part: Blob, options: PutOptions) => Promise<string>;
  /** Waits so long, or until the network has come back. */
  rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PutOptions {
  /** @param bytes of the part, so far */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

/** The store would not have a part. */
export class StoreRefusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`the store answered ${status}`);
    this.status = status;
  }
}

/** waiting: for the network, or for a service that is away; joining: all is there, and becomes a video. */
export type UploadPhase = 'sending' | 'waiting' | 'joining';

export interface UploadProgress {
  phase: UploadPhase;
  /** Bytes of the file that are there or on their way. */
  sent: number;
  total: number;
  /** Bytes that this upload has sent, with those that were sent again. */
  moved: number;
}

export const UPLOADS = '/api/videos/uploads';
/** Where parts go out fast, the next one need not wait for the answer to the last. */
const LANES = 2;
/** Of one part; on a slower link a second lane only makes more to be sent again when it breaks. */
const QUICK_MS = 15_000;
/** Parts that the store has otherwise than they were reported are all sent again this often. */
const MAX_ROUNDS = 3;
/** Of one request in a row; of failures of the network there is no end. */
const MAX_REFUSALS = 6;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;
/** Addresses are good for an hour, of which a part on a slow link takes minutes. */
const ADDRESSES_GOOD_MS = 45 * 60_000;

interface Addresses {
  readAt: number;
  /** By the part's number; undefined: the upload was completed. */
  of: ReadonlyMap<number, string> | undefined;
}

export class Upload {
  readonly #transport: Transport;
  readonly #videoId: string;
  readonly #file: Blob;
  readonly #quickMs: number;
  readonly #tell: (progress: UploadProgress) => void;
  #partSize = 0;
  /** Parts that the service has noted. */
  readonly #received = new Set<number>();
  /** Bytes of parts that are not noted yet. */
  readonly #under = new Map<number, number>();
  #moved = 0;
  #resting = 0;
  #isJoining = false;
  #addresses: Promise<Addresses> | undefined;

  constructor(
    transport: Transport,
    { videoId, file, quickMs = QUICK_MS }: { videoId: string; file: Blob; quickMs?: number },
    tell: (progress: UploadProgress) => void = () => {},
  ) {
    this.#transport = transport;
    this.#videoId = videoId;
    this.#file = file;
    this.#quickMs = quickMs;
    this.#tell = tell;
  }

  /**
   * Sends what is missing and has the video made of it; of a completed upload it does nothing.
   * @throws the signal's reason; Refusal, StoreRefusal when waiting would not help; what the browser says of a file that
   * it can not read any more
   */
  async run(signal: AbortSignal): Promise<void> {
    for (let round = 1; ; round++) {
      this.#received.clear();
      const state = await this.#patiently(signal, () => this.#read());
      if (!state) return;
      await this.#sendAll(state.parts, signal);
      try {
        this.#isJoining = true;
        this.#say();
        return await this.#patiently(signal, () => this.#call('POST', '/complete'));
      } catch (error) {
        if (!isRefusal(error, 'parts_missing') || round === MAX_ROUNDS) throw error;
      } finally {
        this.#isJoining = false;
      }
    }
  }

  async #sendAll(parts: readonly SignedPart[], signal: AbortSignal): Promise<void> {
    const waiting = parts.map(({ number }) => number);
    const stop = new AbortController();
    const stopAll = () => stop.abort(signal.reason);
    signal.addEventListener('abort', stopAll);
    const next = async () => {
      const number = waiting.shift();
      if (number !== undefined) await this.#sendPart(number, stop.signal);
    };
    const lane = async () => {
      while (waiting.length > 0) await next();
    };
    try {
      const begun = performance.now();
      await next();
      const lanes = performance.now() - begun < this.#quickMs ? LANES : 1;
      await Promise.all(Array.from({ length: lanes }, lane));
    } finally {
      // What one lane has failed of would stop the other one too.
      stop.abort();
      signal.removeEventListener('abort', stopAll);
    }
  }

  async #sendPart(number: number, signal: AbortSignal): Promise<void> {
    const etag = await this.#patiently(signal, () => this.#putPart(number, signal));
    // Another page has sent it.
    if (etag === undefined) return;
    await this.#patiently(signal, () => this.#call('PUT', `/parts/${number}`, { json: { etag } }));
    this.#note([number]);
  }

  /** @returns undefined when it is there already */
  async #putPart(number: number, signal: AbortSignal): Promise<string | undefined> {
    const url = (await this.#addressesNow()).of?.get(number);
    if (url === undefined) return undefined;
    const part = this.#slice(number);
    let sent = 0;
    const onSent = (bytes: number) => {
      this.#moved += bytes - sent;
      sent = bytes;
      this.#under.set(number, bytes);
      this.#say();
    };
    try {
      return await this.#transport.put(url, part, { onSent, signal });
    } catch (error) {
      this.#under.delete(number);
      this.#say();
      // It may have been too old: the store can break off a request that it refuses, which looks like a lost network.
      this.#addresses = undefined;
      if (!signal.aborted) await refuseUnreadable(part);
      throw error;
    }
  }

  #slice(number: number): Blob {
    return this.#file.slice((number - 1) * this.#partSize, number * this.#partSize);
  }

  async #addressesNow(): Promise<Addresses> {
    const known = await this.#addresses;
    if (known && Date.now() - known.readAt < ADDRESSES_GOOD_MS) return known;
    await this.#read();
    return (await this.#addresses) ?? { readAt: 0, of: undefined };
  }

  /** How far it is, as the service has it. @returns undefined when it was completed */
  async #read(): Promise<UploadState | undefined> {
    const reading = this.#call<UploadState>('GET', '').catch((error) => {
      if (isRefusal(error, 'upload_completed')) return undefined;
      throw error;
    });
    const addresses = reading.then((state) => ({
      readAt: Date.now(),
      of: state && new Map(state.parts.map(({ number, url }) => [number, url])),
    }));
    this.#addresses = addresses;
    addresses.catch(() => {
      if (this.#addresses === addresses) this.#addresses = undefined;
    });
    const state = await reading;
    if (state) {
      this.#partSize = state.part_size;
      this.#note(state.received);
    }
    return state;
  }

  #note(received: readonly number[]): void {
    for (const number of received) {
      this.#received.add(number);
      this.#under.delete(number);
    }
    this.#say();
  }

  /** Until it succeeds, or fails in a way that waiting does not mend. */
  async #patiently<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    let refusals = 0;
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted();
      try {
        return await act();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Offline) && (!isPassing(error) || ++refusals === MAX_REFUSALS)) throw error;
        await this.#rest(restAfter(failures, error), signal);
      }
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    this.#resting++;
    this.#say();
    await this.#transport.rest(ms, signal);
    this.#resting--;
    this.#say();
  }

  #call<T>(method: string, path: string, options?: { json?: unknown }): Promise<T> {
    return this.#transport.call<T>(method, `${UPLOADS}/${this.#videoId}${path}`, options);
  }

  #say(): void {
    const bytes = [...this.#under.values(), ...[...this.#received].map((number) => this.#slice(number).size)];
    const phase = this.#resting > 0 ? 'waiting' : this.#isJoining ? 'joining' : 'sending';
    this.#tell({ phase, sent: sum(bytes), total: this.#file.size, moved: this.#moved });
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const isRefusal = (error: unknown, code: string) => error instanceof Refusal && error.code === code;

/** The store's too: an address that is too old is read anew before the next try. */
const isPassing = (error: unknown) =>
  error instanceof StoreRefusal ||
  (error instanceof Refusal && (error.status >= 500 || error.status === 429));

/** So that not all come back at the same moment to what was away. */
function restAfter(failures: number, error: unknown): number {
  const asked = error instanceof Refusal && error.retryAfter ? error.retryAfter * 1000 : 0;
  const most = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - 1));
  return Math.max(asked, most * (0.5 + Math.random() / 2));
}

/** A file that was changed or taken away since it was chosen breaks requests off like a lost network. */
const refuseUnreadable = (part: Blob) => part.slice(0, 1).arrayBuffer();
