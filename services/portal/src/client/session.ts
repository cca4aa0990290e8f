import type { Tokens } from '@anb/api-client/contract';
import { Refusal, type RequestOptions, refusalOf, request, send } from './api.ts';
import { forgetEmail } from './known-email.ts';
import {
  changesOfPerson,
  currentId,
  currentRole,
  disown,
  noteEnded,
  noteSignedIn,
  noteSignedOut,
  own,
} from './person.ts';
import { ofBrowser, ofTab } from './storage.ts';

/**
 * Requests as who is signed in, see person.ts. The refresh token lies in a cookie that scripts can not read; the access
 * token, good for an hour, in this tab's storage, for each page is loaded anew.
 */

/** What the person was doing when a session was needed; words the dialog. */
export type Reason = 'vote' | 'report' | 'upload' | 'expired' | 'page';
/** `unasked`: they did nothing that needs one, and are not asked. */
export type ReasonToAsk = Reason | 'unasked' | undefined;

const TOKEN = 'anb.token';
/** Whose session is still to be ended on the server. */
const LEAVING = 'anb.leaving';
const EARLY_MS = 30_000;
/** Nobody waits for long to be signed out. */
const LEAVING_MS = 8000;
const TURN_MS = 8000;

/** @throws Refusal `invalid_credentials` or `too_many_requests`, Offline */
export async function signIn(email: string, password: string): Promise<void> {
  await leaveAtLast();
  await inTurn(async () => {
    const json = { email, password, refresh_cookie: true };
    const tokens = await request<Tokens>('POST', '/api/auth/login', { json });
    // Of the session before, whose cookie is gone.
    ofBrowser.drop(LEAVING);
    keep(tokens);
  });
  forgetEmail();
}

/** Ends the session in this browser in any case. @returns whether the server knows; if not it hears of it later */
export async function signOut(): Promise<boolean> {
  const [id, before] = [currentId(), changesOfPerson()];
  const isTold = await tellOfLeaving().catch(isUnauthorized);
  if (changesOfPerson() !== before) return true;
  if (!isTold && id) ofBrowser.write(LEAVING, id);
  forget();
  return isTold;
}

async function tellOfLeaving(): Promise<true> {
  const isSame = samePerson();
  const token = isSame(await accessToken());
  const signal = AbortSignal.timeout(LEAVING_MS);
  if (token) await inTurn(() => request('POST', '/api/auth/logout', { token, signal }));
  return true;
}

/** Carries out a sign-out that the server could not be told of. */
export async function leaveAtLast(): Promise<void> {
  if (!ofBrowser.read(LEAVING)) return;
  await inTurn(async () => {
    const id = ofBrowser.read(LEAVING);
    if (!id) return;
    try {
      const { access_token: token } = await request<Tokens>('POST', '/api/auth/refresh');
      if (claims(token).sub === id) await request('POST', '/api/auth/logout', { token });
    } catch (error) {
      if (!isUnauthorized(error)) return;
    }
    ofBrowser.drop(LEAVING);
  });
}

/**
 * The cookie is the same in all tabs, and the answer that comes last decides whose it is: what changes it goes one by
 * one. Nobody waits for long, for a tab that is frozen answers nothing.
 */
async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    return act();
  };
  try {
    // Older browsers have none.
    if (!('locks' in navigator)) return await begin();
    return await navigator.locks.request('anb.cookie', { signal: AbortSignal.timeout(TURN_MS) }, begin);
  } catch (error) {
    if (isBegun) throw error;
    return await act();
  }
}

/** The account is deleted, and who reads this page may go on reading it. */
export function farewell(): void {
  disown();
  forget();
}

/** Nobody is signed in here any more. */
export function forget(): void {
  ofTab.drop(TOKEN);
  noteSignedOut();
}

interface CallOptions extends Omit<RequestOptions, 'token'> {
  reason?: ReasonToAsk;
}

/**
 * A request as the person who is signed in. Where nobody is, or the session has ended, it asks them to sign in and then
 * goes on; nothing goes on for one person that another has begun.
 * @throws Refusal, Offline; NotSignedIn when they would not
 */
export async function call<T>(
  method: string,
  path: string,
  { reason, ...options }: CallOptions = {},
): Promise<T> {
  return withToken(reason, (token) => request<T>(method, path, { ...options, token }));
}

/** As `call`, for an answer that is read as it comes. */
export async function open(
  path: string,
  { reason, ...options }: { headers?: Record<string, string>; signal: AbortSignal; reason?: ReasonToAsk },
) {
  return withToken(reason, async (token) => {
    const answer = await send('GET', path, { ...options, token });
    if (answer.ok) return answer;
    throw refusalOf(answer, await answer.json().catch(() => undefined));
  });
}

/** For what a page asks for by itself: where its person has just gone, nobody is asked to sign in. */
export const reasonAtFirst = (): 'unasked' | undefined => (changesOfPerson() > 0 ? 'unasked' : undefined);

/** The person has closed the dialog that asked to sign in, or is another one by now. */
export class NotSignedIn extends Error {}

async function withToken<T>(reason: ReasonToAsk, act: (token: string) => Promise<T>): Promise<T> {
  const isKnown = currentRole() !== undefined;
  const isSame = samePerson();
  const token = isSame(await accessToken());
  if (token) {
    try {
      return isSame(await act(token));
    } catch (error) {
      isSame(error);
      if (!isUnauthorized(error)) throw error;
      ofTab.drop(TOKEN);
      const renewed = isSame(await accessToken());
      if (renewed) return isSame(await act(renewed));
    }
  }
  if (reason === 'unasked') throw new NotSignedIn();
  return isSame(await act(isSame(await askToSignIn(isKnown ? 'expired' : (reason ?? 'page')))));
}

/** @returns lets through what is the same person's as now @throws NotSignedIn */
function samePerson(): <T>(answer: T) => T {
  const before = changesOfPerson();
  return (answer) => {
    if (changesOfPerson() !== before) throw new NotSignedIn();
    return answer;
  };
}

const isUnauthorized = (error: unknown) => error instanceof Refusal && error.status === 401;

async function askToSignIn(reason: Reason): Promise<string> {
  const { openSignIn } = await import('./sign-in-dialog.tsx');
  const token = (await openSignIn(reason)) && (await accessToken());
  if (!token) throw new NotSignedIn();
  return token;
}

let refreshing: Promise<string | undefined> | undefined;

/** undefined: nobody is signed in. @throws Offline, Refusal when it can not be told now */
async function accessToken(): Promise<string | undefined> {
  if (!currentRole()) return undefined;
  const token = keptToken() ?? (await refreshed());
  if (token) own(claims(token).sub);
  return token;
}

/** In another tab somebody else may have signed in since. */
function keptToken(): string | undefined {
  const { token, until } = JSON.parse(ofTab.read(TOKEN) ?? '{}') as { token?: string; until?: number };
  if (!token || !until || until < Date.now()) return undefined;
  return claims(token).sub === (currentId() ?? claims(token).sub) ? token : undefined;
}

function refreshed(): Promise<string | undefined> {
  refreshing ??= inTurn(refresh).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refresh(): Promise<string | undefined> {
  // While it waited for its turn they may have signed out.
  if (!currentRole()) return undefined;
  const id = currentId();
  try {
    const tokens = await request<Tokens>('POST', '/api/auth/refresh');
    // And now again.
    return currentRole() && keep(tokens);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    ofTab.drop(TOKEN);
    noteEnded(id);
    return undefined;
  }
}

function keep({ access_token: token, expires_in }: Tokens): string {
  const { role, sub } = claims(token);
  const until = Date.now() + expires_in * 1000 - EARLY_MS;
  ofTab.write(TOKEN, JSON.stringify({ token, until }));
  noteSignedIn(role, sub);
  return token;
}

/** The id of who is signed in; undefined where nobody is. @throws Offline, Refusal */
export async function ownId(): Promise<number | undefined> {
  const token = await accessToken();
  return token === undefined ? undefined : Number(claims(token).sub);
}

function claims(token: string): { sub: string; role: Parameters<typeof noteSignedIn>[0] } {
  const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
  return JSON.parse(atob(payload));
}
