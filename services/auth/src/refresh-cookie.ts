import { ApiError } from '@anb/service-kit/errors';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { IDLE_DAYS } from './store/sessions.ts';

const NAME = 'anb_refresh';

/**
 * Where a browser keeps its refresh token: out of reach of scripts, sent to auth alone, and taken from pages of
 * `publicUrl` only. Lax, because people arrive from links in other apps.
 */
export function refreshCookie(publicUrl: string) {
  const { origin } = new URL(publicUrl);
  const options = cookieOptions(publicUrl);
  return {
    /** @throws ApiError 403 when the request comes from another site's page */
    read: (c: Context): string | undefined => {
      const token = getCookie(c, NAME);
      if (token !== undefined) refuseForeign(c, origin);
      return token;
    },
    /** @throws ApiError 403 as `read`; asked before there is a token to write */
    requireOwnPage: (c: Context): void => refuseForeign(c, origin),
    write: (c: Context, token: string): void =>
      setCookie(c, NAME, token, { ...options, maxAge: IDLE_DAYS * 24 * 3600 }),
    clear: (c: Context): void => {
      if (getCookie(c, NAME) !== undefined) deleteCookie(c, NAME, options);
    },
  };
}

export const cookieOptions = (publicUrl: string): CookieOptions => ({
  path: '/api/auth',
  httpOnly: true,
  sameSite: 'Lax',
  secure: new URL(publicUrl).protocol === 'https:',
});

/** Browsers name the origin of every POST. */
function refuseForeign(c: Context, origin: string): void {
  if (c.req.header('origin') === origin) return;
  throw new ApiError(403, 'foreign_origin', `The cookie is taken from pages of ${origin} only.`);
}
