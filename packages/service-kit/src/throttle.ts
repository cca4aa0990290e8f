import type { ISql } from './database.ts';
import { tooManyRequests } from './errors.ts';

/** So many at once, and so many a minute as time goes on. */
export interface Rate {
  burst: number;
  perMinute: number;
}

/**
 * Takes one of what a key may have, in a count that all replicas share.
 * @param key the limit's name in the metrics and whose it is: `sign_up:203.0.113.7`
 * @throws ApiError 429 with Retry-After when it has none left
 */
export async function throttle(sql: ISql, key: string, { burst, perMinute }: Rate): Promise<void> {
  const [row] = await sql<{ wait: number }[]>`select auth.take_v1(${key}, ${burst}, ${perMinute}) as wait`;
  if (row && row.wait > 0) throw tooManyRequests(row.wait, undefined, key.split(':', 1)[0]);
}
