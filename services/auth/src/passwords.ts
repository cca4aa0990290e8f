import { randomBytes } from 'node:crypto';
import { isBcrypt } from '@anb/service-kit/bcrypt';
import { unavailable } from '@anb/service-kit/errors';
import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import { Turns } from './turns.ts';

/** OWASP's least: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Waiting behind more than this takes longer than a person waits. */
const MAX_WAITING = 200;
/** Of one address: whoever asks for many keeps nobody else waiting. */
export const AT_ONCE_OF_AN_ADDRESS = 2;

const ARGON2ID = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$[+/\w]{11,}\$[+/\w]{16,}$/;

/** `address`: who asks, as `addressKey` writes it. */
export interface Passwords {
  hash: (password: string, address: string) => Promise<string>;
  /** Takes the same time when there is no hash to compare with; of bcrypt's the caller must hide how long they take. */
  matches: (password: string, hash: string | undefined, address: string) => Promise<boolean>;
}

/** Hashes off the main thread, `concurrency` at once; beyond bounded queues callers are sent away with 503. */
export async function createPasswords(concurrency: number): Promise<Passwords> {
  const limit = pLimit(concurrency);
  const nobody = await hash(randomBytes(24), PARAMETERS);
  const turns = new Turns(AT_ONCE_OF_AN_ADDRESS);
  const queue = <T>(address: string, work: () => Promise<T>): Promise<T> =>
    turns.take(address, () => {
      if (limit.pendingCount >= MAX_WAITING) throw unavailable();
      return limit(work);
    });
  return {
    hash: (password, address) => queue(address, () => hash(password, PARAMETERS)),
    matches: async (password, known = '', address) => {
      if (isBcrypt(known)) return queue(address, () => verifyBcrypt(password, known));
      const isUsable = ARGON2ID.test(known);
      const matches = await queue(address, () => verify(isUsable ? known : nobody, password));
      return isUsable && matches;
    },
  };
}

/** Whether a hash is weaker than those of today: of bcrypt, or with less memory or fewer passes. */
export function isOutdated(known: string): boolean {
  const [, memory, passes] = ARGON2ID.exec(known) ?? [];
  return !(Number(memory) >= PARAMETERS.memoryCost && Number(passes) >= PARAMETERS.timeCost);
}
