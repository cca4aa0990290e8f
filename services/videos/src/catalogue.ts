import type { Sql } from '@anb/service-kit/database';
import { LRUCache } from 'lru-cache';
import { presentOpen } from './present.ts';
import { type Listing, listOpen } from './store/videos.ts';

export interface CatalogueOptions {
  sql: Sql;
  mediaBaseUrl: string;
  /** How long a page is kept; 0: not at all. */
  keptMs: number;
}

export interface CataloguePage {
  videos: ReturnType<typeof presentOpen>[];
  /** Videos on all pages. */
  total: number;
}

const MAX_PAGES = 500;

/**
 * Pages of the public list. A page costs the database a walk over all that is open, and on a busy evening everybody
 * asks for the same few: each is read once, for all who ask meanwhile, and kept for a moment.
 */
export class Catalogue {
  readonly #pages: LRUCache<string, CataloguePage, Listing>;
  readonly #isKept: boolean;

  constructor({ sql, mediaBaseUrl, keptMs }: CatalogueOptions) {
    this.#isKept = keptMs > 0;
    this.#pages = new LRUCache({
      max: MAX_PAGES,
      ttl: keptMs,
      ttlResolution: 0,
      // Put out by others while it is read, a page still goes to who asked for it.
      ignoreFetchAbort: true,
      fetchMethod: async (_key, _stale, { context }) => {
        const { videos, total } = await listOpen(sql, context);
        return { videos: videos.map((video) => presentOpen(video, mediaBaseUrl)), total };
      },
    });
  }

  page(listing: Listing): Promise<CataloguePage> {
    const forceRefresh = !this.#isKept;
    return this.#pages.forceFetch(JSON.stringify(listing), { context: listing, forceRefresh });
  }
}
