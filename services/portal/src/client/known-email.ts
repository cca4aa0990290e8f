import { ofBrowser } from './storage.ts';

/** In no address. A mailed link opens a tab of its own, so all tabs know it; until somebody signs in, an hour at most. */

const KEY = 'anb.email';
const GOOD_MS = 3_600_000;

/** Whoever has just asked for a new password need not write theirs again to sign in with it. */
export const rememberEmail = (email: string) => ofBrowser.write(KEY, `${Date.now() + GOOD_MS} ${email}`);

export function knownEmail(): string | undefined {
  const [until = '', email] = ofBrowser.read(KEY)?.split(' ') ?? [];
  return Number(until) > Date.now() ? email : undefined;
}

export const forgetEmail = () => ofBrowser.drop(KEY);
