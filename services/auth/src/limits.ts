import type { ISql } from '@anb/service-kit/database';
import { type Rate, throttle } from '@anb/service-kit/throttle';

/**
 * How often things are done, by the names of `anb_throttled_total`; a sign-in has rules of its own (sign-in.ts). By
 * address they are generous: a school is behind one, or a mobile carrier's customers.
 */
const limits = {
  /** By address. A class signs up at once. What is refused for its form does not count; an e-mail that is taken does. */
  sign_up: { burst: 300, perMinute: 30 },
  /** By address. */
  forgot_address: { burst: 60, perMinute: 20 },
  /** By e-mail: each is a mail to somebody who may not have asked for it. */
  forgot_email: { burst: 3, perMinute: 1 / 20 },
  /** By address. */
  reset_address: { burst: 60, perMinute: 20 },
  /** By account: each is a guess at the current password. */
  password_change: { burst: 5, perMinute: 0.5 },
  /** By account. A code bears five wrong tries by itself. */
  verify_email: { burst: 10, perMinute: 5 },
  /** By account. */
  email_code_minute: { burst: 1, perMinute: 1 },
  /** By account: each code may be guessed at, so a day must not have many. */
  email_code: { burst: 6, perMinute: 1 / 60 },
  /** By account: each reads all tables. */
  export: { burst: 10, perMinute: 10 / 60 },
  /** By account: each is a guess at the password. */
  delete_account: { burst: 5, perMinute: 1 },
} satisfies Record<string, Rate>;

export type Limit = keyof typeof limits;
export const limitNames = Object.keys(limits);

/** Under which is counted how often `whose` did it. */
export const limitKey = (name: Limit, whose: string | number) => `${name}:${whose}`;

/** @throws ApiError 429 when it was done too often by whoever `whose` tells */
export const limit = (sql: ISql, name: Limit, whose: string | number) =>
  throttle(sql, limitKey(name, whose), limits[name]);
