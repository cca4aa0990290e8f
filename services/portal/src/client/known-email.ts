import { ofTab } from './storage.ts';

/** In no address, and no longer than this tab: others may use the same browser. */

const KEY = 'anb.email';

/** Whoever has just asked for a new password need not write theirs again to sign in with it. */
export const rememberEmail = (email: string) => ofTab.write(KEY, email);

export const knownEmail = () => ofTab.read(KEY);
