import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Encoding } from '@anb/service-kit/accept-encoding';
import { LRUCache } from 'lru-cache';

type Bytes = Uint8Array<ArrayBuffer>;

/** A page as it is sent. */
export interface RenderedPage {
  status: 200 | 404;
  /** Of its content. */
  tag: string;
  body: Bytes;
  encoded: Record<Encoding, Bytes>;
}

interface Entry {
  page: Promise<RenderedPage>;
  /** When it was begun, which its data are no older than; undefined while it is being made. */
  madeAt: number | undefined;
  bytes: number;
}

type Render = () => Promise<{ status: 200 | 404; html: string }>;

/** With the ranking's own 400 ms, a vote is on the page within a second of its answer. */
const FRESH_MS = 400;
const MAX_BYTES = 24 * 1024 * 1024;
/** What a page takes before it is known. */
const GUESSED_BYTES = 60_000;

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };

/**
 * Public pages, which are the same for everybody, made at most once in FRESH_MS each. Whoever asks while one is being
 * made waits for it. One whose content has not changed is not compressed again.
 */
export class PageCache {
  readonly #pages = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  /** @param key everything that the page depends on but the time */
  get(key: string, render: Render): Promise<RenderedPage> {
    const known = this.#pages.get(key);
    const now = performance.now();
    if (known && now - (known.madeAt ?? now) < FRESH_MS) return known.page;
    const page = this.#make(key, now, known, render);
    this.#pages.set(key, { page, madeAt: undefined, bytes: known?.bytes ?? GUESSED_BYTES });
    return page;
  }

  async #make(key: string, madeAt: number, known: Entry | undefined, render: Render): Promise<RenderedPage> {
    try {
      const { status, html } = await render();
      const tag = createHash('sha256').update(html).digest('base64url').slice(0, 22);
      const last = await known?.page.catch(() => undefined);
      const page = last?.tag === tag ? last : await compress(status, tag, html);
      const bytes = page.body.length + page.encoded.br.length + page.encoded.gzip.length;
      this.#pages.set(key, { page: Promise.resolve(page), madeAt, bytes });
      return page;
    } catch (error) {
      this.#pages.delete(key);
      throw error;
    }
  }
}

async function compress(status: 200 | 404, tag: string, html: string): Promise<RenderedPage> {
  const body = new TextEncoder().encode(html);
  const [br, gzipped] = await Promise.all([compressBrotli(body, { params }), compressGzip(body)]);
  return { status, tag, body, encoded: { br: new Uint8Array(br), gzip: new Uint8Array(gzipped) } };
}
