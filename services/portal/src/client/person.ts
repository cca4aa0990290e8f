import type { Profile } from '@anb/api-client/contract';
import { ofBrowser } from './storage.ts';

/**
 * Who is signed in, as all tabs of a browser know it, and whose this page is. What is kept opens no session:
 * `player 7` while person 7 is signed in, `ended 7` when their session has ended by itself and they may go on by signing
 * in again, nothing when nobody is, or they have signed out.
 */

type Role = Profile['role'];

const KEY = 'anb.session';
/** Stays when they sign out, and says of nobody who it was. */
const KNOWN = 'anb.known';

function kept(): { state?: Role | 'ended'; id?: string } {
  const [state, id] = ofBrowser.read(KEY)?.split(' ') ?? [];
  return { ...(state && { state: state as Role | 'ended' }), ...(id && { id }) };
}

/** undefined: nobody is signed in, as far as this browser knows. */
export function currentRole(): Role | undefined {
  const { state } = kept();
  return state === 'ended' ? undefined : state;
}

/** Of who is signed in, or was until their session ended by itself. */
export const currentId = (): string | undefined => kept().id;

/** Whether somebody has an account who has used this browser. */
export const isKnownBrowser = () => ofBrowser.read(KNOWN) !== undefined;

export function noteSignedIn(role: Role, id: string): void {
  ofBrowser.write(KNOWN, 'yes');
  note(`${role} ${id}`);
}

export const noteSignedOut = () => note(undefined);

/** @param id whose session it was; if somebody has signed in or out meanwhile, that stands */
export function noteEnded(id: string | undefined): void {
  if (currentRole() && currentId() === id) note(id && `ended ${id}`);
}

function note(value: string | undefined): void {
  if (value) ofBrowser.write(KEY, value);
  else ofBrowser.drop(KEY);
  hear();
}

/** Of whom this page has asked for something. */
let owner: string | undefined;
let changes = 0;

/** How often what stood on this page was another person's before. */
export const changesOfPerson = () => changes;

/** What is asked for from now on is this person's. */
export function own(id: string): void {
  if (owner !== undefined && owner !== id) leave();
  owner = id;
}

/** What stands on this page is nobody's, and stays when its person goes. */
export function disown(): void {
  owner = undefined;
}

function leave(): void {
  owner = undefined;
  changes++;
  for (const tell of personWatchers) tell();
}

const roleWatchers = new Set<(role: Role | undefined) => void>();
const personWatchers = new Set<() => void>();

function watch<T>(watchers: Set<T>, tell: T): () => void {
  watchers.add(tell);
  return () => void watchers.delete(tell);
}

/** Somebody has signed in or out, here or in another tab. */
export const watchRole = (tell: (role: Role | undefined) => void) => watch(roleWatchers, tell);

/** What stands on this page is another person's, or one's who has signed out, and must go. */
export const watchPerson = (tell: () => void) => watch(personWatchers, tell);

let heard = ofBrowser.read(KEY);

function hear(): void {
  const now = ofBrowser.read(KEY);
  if (now === heard) return;
  heard = now;
  const { state, id } = kept();
  if (owner !== undefined && (!state || (id !== undefined && id !== owner))) leave();
  for (const tell of roleWatchers) tell(currentRole());
}

/** What other tabs do; also what they did while this page lay in wait for the way back. */
export function hearOtherTabs(): void {
  addEventListener('storage', ({ key }) => (key === KEY || key === null) && hear());
  addEventListener('pageshow', ({ persisted }) => persisted && hear());
}
