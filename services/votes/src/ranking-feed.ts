import { setImmediate as afterEvents, setTimeout as sleep } from 'node:timers/promises';
import { type EventStream, EventStreams, type Listener, retryAfter } from '@anb/service-kit/event-streams';
import type { Registry } from 'prom-client';
import type { RankingPages } from './ranking-pages.ts';
import type { Standings } from './standings.ts';

export interface RankingFeedOptions {
  standings: Standings;
  pages: RankingPages;
  registry: Registry;
  maxStreams: number;
  heartbeatMs?: number;
}

interface Watched {
  city: string | undefined;
  clientAddress: string;
  /** The tag of the page as the client has it. */
  told: string;
}

const FIRST_PAGE = { page: 1, limit: 50 };
/** At most twice a second. */
const EVERY_MS = 500;
/** What is told in one go, so that requests do not wait for all of it. */
const STREAMS_A_TURN = 250;
/** Of all streams, what one address may have: a school may be behind it, or one who wants to leave no room. */
const ADDRESS_SHARE = 1 / 4;
const RETRY_MS = 2000;
/** So that who watches soon knows that it is live no more. */
const HEARTBEAT_MS = 5000;

/** Tells everybody who watches a ranking its first page, now and whenever it changes. */
export class RankingFeed {
  readonly #options: RankingFeedOptions;
  readonly #streams: EventStreams<Watched>;
  #toldAt = -Infinity;
  #isBehind = false;
  #isTelling = false;

  constructor(options: RankingFeedOptions) {
    const { registry, heartbeatMs = HEARTBEAT_MS, maxStreams, standings } = options;
    this.#options = options;
    this.#streams = new EventStreams({
      ...{ registry, heartbeatMs, max: maxStreams, maxEach: maxStreams * ADDRESS_SHARE },
      ownerOf: ({ clientAddress }) => clientAddress,
      metric: { name: 'anb_ranking_streams', help: 'Clients that watch a ranking.' },
    });
    standings.watch(() => void this.#tellAll());
  }

  /**
   * @param lastEventId the page that a client which comes back has already
   * @throws ApiError 503 as `EventStreams.open`
   */
  open(city: string | undefined, clientAddress: string, lastEventId: string, listener: Listener) {
    const watched = { city, clientAddress, told: lastEventId };
    return this.#streams.open(watched, listener, (stream) => {
      this.#tell(stream);
      this.#streams.say(stream, retryAfter(RETRY_MS * (1 + Math.random())));
    });
  }

  drain(): void {
    this.#streams.drain();
  }

  async #tellAll(): Promise<void> {
    this.#isBehind = true;
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#isBehind) {
      const pauseMs = Math.max(0, this.#toldAt + EVERY_MS - performance.now());
      await sleep(pauseMs, undefined, { ref: false });
      this.#isBehind = false;
      this.#toldAt = performance.now();
      await this.#tellEach();
    }
    this.#isTelling = false;
  }

  async #tellEach(): Promise<void> {
    let told = 0;
    for (const stream of [...this.#streams.all]) {
      this.#tell(stream);
      if (++told % STREAMS_A_TURN === 0) await afterEvents();
    }
  }

  #tell(stream: EventStream<Watched>): void {
    const { standings, pages } = this.#options;
    const page = pages.page(standings.current, { city: stream.about.city, ...FIRST_PAGE });
    if (page.tag === stream.about.told) return;
    stream.about.told = page.tag;
    this.#streams.say(stream, page.event());
  }
}
