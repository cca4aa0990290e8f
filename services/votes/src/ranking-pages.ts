import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Encoding } from '@anb/service-kit/accept-encoding';
import { StreamEvent } from '@anb/service-kit/event-streams';
import { mediaUrl } from '@anb/service-kit/media';
import { LRUCache } from 'lru-cache';
import { type Contender, inItsCity } from './ranking.ts';
import type { Snapshot } from './standings.ts';

/** As it is shown in a list. */
export interface RankingRow {
  position: number;
  video_id: string;
  username: string;
  title: string;
  city: string;
  votes: number;
  qualifies: boolean;
  video_url: string;
  poster_url: string;
}

export interface PageAsked {
  /** However it is written; none: the country. */
  city?: string | undefined;
  page: number;
  limit: number;
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const compress = {
  br: (body: Buffer) => brotliCompressSync(body, BROTLI),
  gzip: (body: Buffer) => gzipSync(body),
};
/** Of pages, compressed ones not counted: more than anybody but a crawler asks for between two votes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What a page takes besides its text, also one without a row. */
const BYTES_BESIDE = 1024;

/** One page of the ranking as it is sent. */
export class RankingPage {
  readonly body: Buffer<ArrayBuffer>;
  /** Videos on all pages. */
  readonly total: number;
  /** Stands for what the page says: every replica has the same. */
  readonly tag: string;
  readonly #encoded: Partial<Record<Encoding, Buffer<ArrayBuffer>>> = {};
  #event: StreamEvent | undefined;

  constructor(rows: readonly RankingRow[], total: number) {
    this.body = Buffer.from(JSON.stringify(rows));
    this.total = total;
    const hash = createHash('sha256').update(`${total} `).update(this.body);
    this.tag = hash.digest('base64url').slice(0, 22);
  }

  /** Compressed once. */
  encoded(encoding: Encoding): Buffer<ArrayBuffer> {
    this.#encoded[encoding] ??= compress[encoding](this.body);
    return this.#encoded[encoding];
  }

  /** As a stream tells it; the tag is its id, by which a client that comes back says what it has. */
  event(): StreamEvent {
    this.#event ??= new StreamEvent(`event: ranking\nid: ${this.tag}\ndata: ${this.body}\n\n`);
    return this.#event;
  }
}

/** Writes each page once for a snapshot, when it is first asked for. */
export class RankingPages {
  readonly #mediaBaseUrl: string;
  readonly #written = new LRUCache<string, RankingPage>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }) => BYTES_BESIDE + body.length,
  });
  #snapshot: Snapshot | undefined;

  constructor(mediaBaseUrl: string) {
    this.#mediaBaseUrl = mediaBaseUrl;
  }

  page(snapshot: Snapshot, { city, page, limit }: PageAsked): RankingPage {
    if (snapshot !== this.#snapshot) this.#written.clear();
    this.#snapshot = snapshot;
    const key = city === undefined ? '' : snapshot.cityKey(city);
    const name = `${page} ${limit} ${key}`;
    const known = this.#written.get(name);
    if (known) return known;
    const written = this.#write(snapshot, key, (page - 1) * limit, limit);
    this.#written.set(name, written);
    return written;
  }

  #write(snapshot: Snapshot, cityKey: string, from: number, limit: number): RankingPage {
    const { national, cities } = snapshot.ranking;
    const all = cityKey === '' ? national : (cities.get(cityKey)?.videos ?? []);
    const rows = all
      .slice(from, from + limit)
      .map((contender, index) => this.#present(snapshot, contender, from + index + 1));
    return new RankingPage(rows, all.length);
  }

  #present({ ranking, rules }: Snapshot, contender: Contender, position: number): RankingRow {
    const { video_id, media_version, username, title, votes } = contender;
    const { city, qualifies } = inItsCity(contender, ranking, rules);
    return {
      position,
      video_id,
      username,
      title,
      city,
      votes,
      qualifies,
      video_url: mediaUrl(this.#mediaBaseUrl, video_id, media_version, 'clip.mp4'),
      poster_url: mediaUrl(this.#mediaBaseUrl, video_id, media_version, 'poster.jpg'),
    };
  }
}
