import type { Readable } from 'node:stream';
import { tooSlow } from '@anb/service-kit/errors';

/** How long a sender may keep us waiting, before what it sends makes up for it. */
const PATIENCE_MS = 60_000;
/** What makes up for a millisecond: 1 kB/s is slow enough. */
const BYTES_PER_MS = 1;

/**
 * Reads what somebody sends, who may pause and be slow, but not hold a place with next to nothing. The time that we
 * take ourselves does not count.
 * @throws ApiError 408
 */
export async function* readPatiently(body: Readable, patienceMs = PATIENCE_MS): AsyncGenerator<Buffer> {
  // Destroyed, its connection would neither be read on nor closed: one who first sends all would never hear why.
  const chunks: AsyncIterator<Buffer> = body.iterator({ destroyOnReturn: false });
  let left = patienceMs;
  try {
    for (;;) {
      const since = performance.now();
      const { done, value } = await within(left, chunks.next());
      if (done) return;
      left = Math.min(patienceMs, left - (performance.now() - since) + value.length / BYTES_PER_MS);
      yield value;
    }
  } finally {
    // Not awaited: it waits for what may never come.
    void chunks.return?.();
  }
}

async function within<T>(ms: number, coming: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow()), ms);
  return Promise.race([coming, late.promise]).finally(() => clearTimeout(timer));
}
