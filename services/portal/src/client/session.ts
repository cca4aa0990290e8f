import type { Profile, Tokens } from '@anb/api-client/contract';
import { Refusal, type RequestOptions, refusalOf, request, send } from './api.ts';

/**
 * Who is signed in. The refresh token lies in a cookie that scripts can not read; the access token, good for an hour, in
 * this tab's storage, for each page is loaded anew; the role in the browser's, which tells all tabs that there is a
 * session, and nothing that opens one.
 */

type Role = Profile['role'];
/** What the person was doing when a session was needed; words the dialog. */
export type Reason = 'vote' | 'report' | 'upload' | 'expired' | 'page';

const TOKEN = 'anb.token';
const ROLE = 'anb.session';
const EARLY_MS = 30_000;

/** undefined: nobody is signed in, as far as this browser knows. */
export const currentRole = (): Role | undefined => (read(localStorage, ROLE) as Role | null) ?? undefined;

/** Somebody has signed in or out, here or in another tab. */
export function watchRole(tell: (role: Role | undefined) => void): () => void {
  const hear = (event: StorageEvent) => event.key === ROLE && tell(currentRole());
  const hearHere = () => tell(currentRole());
  addEventListener('storage', hear);
  addEventListener(ROLE, hearHere);
  return () => {
    removeEventListener('storage', hear);
    removeEventListener(ROLE, hearHere);
  };
}

/** @throws Refusal `invalid_credentials` or `too_many_requests`, Offline */
export async function signIn(email: string, password: string): Promise<void> {
  const json = { email, password, refresh_cookie: true };
  keep(await request<Tokens>('POST', '/api/auth/login', { json }));
}

/** Ends the session here in any case, and on the server where it can be reached. @throws as `call` */
export async function signOut(): Promise<void> {
  await call('POST', '/api/auth/logout', { reason: 'unasked' }).finally(forget);
}

/**
 * A request as the person who is signed in. Where nobody is, or the session has ended, it asks them to sign in and then
 * goes on.
 * @param reason for which they are asked; `unasked`: they did nothing that needs it, and are not asked
 * @throws Refusal, Offline; NotSignedIn when they would not
 */
export async function call<T>(
  method: string,
  path: string,
  { reason, ...options }: Omit<RequestOptions, 'token'> & { reason?: Reason | 'unasked' } = {},
): Promise<T> {
  return withToken(reason, (token) => request<T>(method, path, { ...options, token }));
}

/** As `call`, for an answer that is read as it comes. */
export async function open(
  path: string,
  {
    reason,
    ...options
  }: { headers?: Record<string, string>; signal: AbortSignal; reason?: Reason | 'unasked' },
) {
  return withToken(reason, async (token) => {
    const answer = await send('GET', path, { ...options, token });
    if (answer.ok) return answer;
    throw refusalOf(answer, await answer.json().catch(() => undefined));
  });
}

/** The person has closed the dialog that asked to sign in. */
export class NotSignedIn extends Error {}

async function withToken<T>(
  reason: Reason | 'unasked' | undefined,
  act: (token: string) => Promise<T>,
): Promise<T> {
  const isKnown = currentRole() !== undefined;
  const token = await accessToken();
  if (token) {
    try {
      return await act(token);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      drop(sessionStorage, TOKEN);
      const renewed = await accessToken();
      if (renewed) return act(renewed);
    }
  }
  if (reason === 'unasked') throw new NotSignedIn();
  return act(await askToSignIn(isKnown ? 'expired' : (reason ?? 'page')));
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
  const kept = JSON.parse(read(sessionStorage, TOKEN) ?? 'null') as { token: string; until: number } | null;
  if (!currentRole()) return undefined;
  if (kept && kept.until > Date.now()) return ofThisPage(kept.token);
  refreshing ??= refresh().finally(() => {
    refreshing = undefined;
  });
  const token = await refreshing;
  return token && ofThisPage(token);
}

/** The id of whom this page has asked for. */
let owner: string | undefined;

/** Somebody else has signed in meanwhile, in another tab say: what stands here, in forms too, is not theirs. */
function ofThisPage(token: string): string | Promise<never> {
  const { sub } = claims(token);
  owner ??= sub;
  if (owner === sub) return token;
  location.reload();
  return new Promise(() => {});
}

async function refresh(): Promise<string | undefined> {
  try {
    return keep(await request<Tokens>('POST', '/api/auth/refresh'));
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    forget();
    return undefined;
  }
}

/** Tokens that an answer has brought, as that of a changed password does. */
export function keep({ access_token: token, expires_in }: Tokens): string {
  const until = Date.now() + expires_in * 1000 - EARLY_MS;
  write(sessionStorage, TOKEN, JSON.stringify({ token, until }));
  write(localStorage, ROLE, claims(token).role);
  dispatchEvent(new Event(ROLE));
  return token;
}

/** The id of who is signed in; undefined where nobody is. @throws Offline, Refusal */
export async function ownId(): Promise<number | undefined> {
  const token = await accessToken();
  return token === undefined ? undefined : Number(claims(token).sub);
}

function claims(token: string): { sub: string; role: Role } {
  const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
  return JSON.parse(atob(payload));
}

export function forget(): void {
  drop(sessionStorage, TOKEN);
  drop(localStorage, ROLE);
  dispatchEvent(new Event(ROLE));
}

/** Browsers may forbid storage; then a session lasts as long as a page. */
const memory = new Map<string, string>();

function read(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    memory.set(key, value);
  }
}

function drop(storage: Storage, key: string): void {
  memory.delete(key);
  try {
    storage.removeItem(key);
  } catch {
    // There was none to remove it from.
  }
}
