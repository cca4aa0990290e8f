import { randomBytes } from 'node:crypto';
import { unavailable } from '@anb/service-kit/errors';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

/** OWASP's least: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Waiting behind more than this takes longer than a person waits. */
const MAX_WAITING = 200;

export interface Passwords {
  hash: (password: string) => Promise<string>;
  /** Takes the same time when there is no hash to compare with. */
  matches: (password: string, hash: string | undefined) => Promise<boolean>;
}

/** Hashes off the main thread, `concurrency` at once; beyond a bounded queue callers are sent away with 503. */
export async function createPasswords(concurrency: number): Promise<Passwords> {
  const limit = pLimit(concurrency);
  const nobody = await hash(randomBytes(24), PARAMETERS);
  const queue = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= MAX_WAITING) throw unavailable();
    return limit(work);
  };
  return {
    hash: async (password) => queue(() => hash(password, PARAMETERS)),
    matches: async (password, known) => {
      const matches = await queue(() => verify(known ?? nobody, password));
      return known !== undefined && matches;
    },
  };
}
