import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { cookieOptions } from './refresh-cookie.ts';

const NAME = 'anb_browser';
/** The longest that browsers keep one. */
const DAYS = 400;

/**
 * What a browser is known by when somebody signs in, so that whoever guesses at the account elsewhere does not keep its
 * owner out. It outlives sessions and opens nothing.
 */
export function browserCookie(publicUrl: string) {
  const options = { ...cookieOptions(publicUrl), path: '/api/auth/login' };
  return {
    /** A new one where the browser has none. */
    read: (c: Context): string => {
      const id = getCookie(c, NAME);
      return id && /^[\w-]{22}$/.test(id) ? id : randomBytes(16).toString('base64url');
    },
    write: (c: Context, id: string): void => setCookie(c, NAME, id, { ...options, maxAge: DAYS * 24 * 3600 }),
  };
}
