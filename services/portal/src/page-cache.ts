import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Encoding } from '@anb/service-kit/accept-encoding';
import { LRUCache } from 'lru-cache';

type Bytes = Uint8Array<ArrayBuffer>;

/** A page as it is sent. */
export class RenderedPage {
  /** Of its content. */
  readonly tag: string;
  readonly body: Bytes;
  readonly status: 200 | 404;
  readonly #encoded: Partial<Record<Encoding, Promise<Bytes>>> = {};

  constructor(html: string, status: 200 | 404) {
    this.tag = createHash('sha256').update(html).digest('base64url').slice(0, 22);
    this.body = new TextEncoder().encode(html);
    this.status = status;
  }

  /** Compressed when it is first asked for. */
  encoded(encoding: Encoding): Promise<Bytes> {
    this.#encoded[encoding] ??= compress[encoding](this.body);
    return this.#encoded[encoding];
  }

  /** Compressed in both ways it is less than a third of what it was. */
  get bytes(): number {
    return Math.ceil(this.body.length * 1.5);
  }
}

interface Entry {
  page: Promise<RenderedPage>;
  /** When it was begun, which its data are no older than; undefined while it is being made. */
  madeAt: number | undefined;
  bytes: number;
}

/** null: there is no such page. */
type Render = () => Promise<string | null>;

/** With the ranking's own 400 ms, a vote is on the page within a second of its answer. */
const FRESH_MS = 400;
const MAX_BYTES = 24 * 1024 * 1024;
/** What a page takes before it is known, and what one that there is not takes. */
const GUESSED_BYTES = 60_000;
const MISSING_BYTES = 300;

const brotli = promisify(brotliCompress);
const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
const compress: Record<Encoding, (body: Bytes) => Promise<Bytes>> = {
  br: async (body) => new Uint8Array(await brotli(body, { params })),
  gzip: async (body) => new Uint8Array(await promisify(gzip)(body)),
};

/**
 * Public pages, which are the same for everybody, made at most once in FRESH_MS each. Whoever asks while one is being
 * made waits for it. One whose content has not changed is not compressed again, and all that there are not are one.
 */
export class PageCache {
  /** Says that there is no such page. */
  readonly missing: RenderedPage;
  readonly #pages = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }, key) => key.length + bytes,
  });

  constructor(missing: string) {
    this.missing = new RenderedPage(missing, 404);
  }

  /** @param key everything that the page depends on but the time */
  get(key: string, render: Render): Promise<RenderedPage> {
    const known = this.#pages.get(key);
    const now = performance.now();
    if (known && now - (known.madeAt ?? now) < FRESH_MS) return known.page;
    const page = this.#make(known?.page, render);
    const begun: Entry = { page, madeAt: undefined, bytes: known?.bytes ?? GUESSED_BYTES };
    this.#pages.set(key, begun);
    // It may have had to make room meanwhile, and another have been begun.
    const isStill = () => this.#pages.peek(key) === begun;
    page.then(
      (made) => {
        const bytes = made === this.missing ? MISSING_BYTES : made.bytes;
        if (isStill()) this.#pages.set(key, { page, madeAt: now, bytes });
      },
      () => {
        if (isStill()) this.#pages.delete(key);
      },
    );
    return page;
  }

  async #make(known: Promise<RenderedPage> | undefined, render: Render): Promise<RenderedPage> {
    const html = await render();
    if (html === null) return this.missing;
    const page = new RenderedPage(html, 200);
    const last = await known?.catch(() => undefined);
    return last?.tag === page.tag ? last : page;
  }
}
