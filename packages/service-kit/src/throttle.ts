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
export async function throttle(sql: ISql, key: string, rate: Rate): Promise<void> {
  const wait = await take(sql, key, rate);
  if (wait > 0) throw tooManyRequests(wait, undefined, key.split(':', 1)[0]);
}

/** @returns 0 when it had one left, or else seconds until it has */
export async function take(sql: ISql, key: string, { burst, perMinute }: Rate): Promise<number> {
  const [row] = await sql<[{ wait: number }]>`select auth.take_v1(${key}, ${burst}, ${perMinute}) as wait`;
  return row.wait;
}
