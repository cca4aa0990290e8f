import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { AT_ONCE_OF_AN_ADDRESS, isOutdated, type Passwords } from './passwords.ts';
import type { NewSession } from './store/sessions.ts';
import {
  countFailure,
  endSignIn,
  type Leniencies,
  readStanding,
  replacePasswordHash,
  type Standing,
} from './store/sign-in.ts';
import type { Credentials } from './store/users.ts';
import { Turns } from './turns.ts';

/**
 * How many wrong passwords are judged. Beyond the free ones the next is judged after 1 s, then 2, 4 … 300 s.
 *
 * An account: five slips are a person's. Whoever goes on is down to twelve an hour after the first fourteen, however
 * many addresses they have. Its owner is not held up where they signed in lately: what is failed at a place that the
 * account is known at, a browser or else an address, counts for the two together.
 *
 * An address: thousands may stand behind that of a school or a mobile carrier, and one in five of them may mistype.
 * Two hundred are free, and four are forgiven a minute, which is all that is left to whoever has the passwords of others
 * to try. Right passwords do not count.
 */
const leniencies: Leniencies = {
  account: { free: 5, perHour: 10 },
  address: { free: 200, perHour: 240 },
};

export interface SignInOptions {
  sql: Sql;
  passwords: Passwords;
  log: Logger;
}

export interface SignIn {
  email: string;
  password: string;
  /** As `addressKey` writes it. */
  address: string;
  /** What the account is to know the caller by: a browser's cookie, or else the address. */
  place: string;
  /** That begins when the password is right. */
  session: Pick<NewSession, 'id' | 'refreshHash'>;
}

export type SignInOutcome =
  | { result: 'success'; account: Pick<Credentials, 'id' | 'role'> }
  | { result: 'wrong' }
  | { result: 'throttled'; waitSeconds: number; limitedBy: string };

/**
 * Judges passwords, unless there were too many wrong ones. Only what was wrong is counted, and after it was judged.
 * So that guesses at once are no more than one after the other, those at an account, and but two from an address, are
 * judged in turn; replicas, which do not know of each other, judge as many each.
 */
export function createSignIn(options: SignInOptions) {
  const { sql } = options;
  const accounts = new Turns(1);
  const addresses = new Turns(AT_ONCE_OF_AN_ADDRESS);

  return async (attempt: SignIn): Promise<SignInOutcome> => {
    const first = await readStanding(sql, attempt, leniencies);
    if (first.wait > 0) return throttled(first);
    return addresses.take(attempt.address, (waited) =>
      accounts.take(first.countedFor.account, async (waitedAgain) => {
        const standing = waited || waitedAgain ? await readStanding(sql, attempt, leniencies) : first;
        return standing.wait > 0 ? throttled(standing) : judge(options, attempt, standing);
      }),
    );
  };
}

const throttled = ({ wait, limitedBy }: Standing): SignInOutcome => ({
  result: 'throttled',
  waitSeconds: wait,
  limitedBy,
});

async function judge(
  options: SignInOptions,
  { password, address, place, session }: SignIn,
  standing: Standing,
): Promise<SignInOutcome> {
  const { sql, passwords } = options;
  const { known } = standing;
  const matches = await passwords.matches(password, known?.password_hash, address);
  if (!matches || !known) {
    await countFailure(sql, standing.countedFor, leniencies);
    return { result: 'wrong' };
  }
  const role = await endSignIn(sql, standing, {
    session: { ...session, userId: known.id, passwordHash: known.password_hash },
    place,
  });
  if (role === undefined) return { result: 'wrong' };
  if (isOutdated(known.password_hash)) await renewHash(options, known, { password, address });
  return { result: 'success', account: { id: known.id, role } };
}

/** The next sign-in tries again when it fails. */
async function renewHash(
  { sql, passwords, log }: SignInOptions,
  known: Credentials,
  { password, address }: Pick<SignIn, 'password' | 'address'>,
) {
  try {
    await replacePasswordHash(sql, known.id, known.password_hash, await passwords.hash(password, address));
  } catch (error) {
    log.warn({ err: error, user_id: known.id }, 'an outdated password hash was not renewed');
  }
}
