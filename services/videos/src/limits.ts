import type { ISql } from '@anb/service-kit/database';
import { type Rate, throttle } from '@anb/service-kit/throttle';

/** Work for the store, the queue or a transcoder; no person does so more often. */
const WORK = { burst: 60, perMinute: 60 };

/** How often a person does things, by the names of `anb_throttled_total`. */
const limits = {
  uploads: WORK,
  publications: WORK,
  retries: WORK,
  /** Each is read by an organiser. */
  reports: { burst: 10, perMinute: 1 / 6 },
} satisfies Record<string, Rate>;

export const limitNames = Object.keys(limits);

/** @throws ApiError 429 when the person did so too often */
export const limit = (sql: ISql, name: keyof typeof limits, userId: number) =>
  throttle(sql, `${name}:${userId}`, limits[name]);
