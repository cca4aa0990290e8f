import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { answerWith } from './answer-headers.ts';
import type { SessionEnv } from './session.ts';

type Policy = Record<string, string>;

const NOTHING: Policy = {
  'default-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
};

const NO_DEVICE = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb'];

/** The Content-Security-Policy of a page: nothing but what it says that it loads. */
export const contentPolicy = (loads: Policy = {}) =>
  Object.entries({ ...NOTHING, ...loads })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

/** Of every answer that does not say it otherwise, as pages and media do. */
export const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': contentPolicy(),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': NO_DEVICE.map((device) => `${device}=()`).join(', '),
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
};

export function securityHeaders(): MiddlewareHandler<SessionEnv> {
  const headers = Object.entries(SECURITY_HEADERS);
  return function setSecurityHeaders(c, next) {
    return answerWith(c, headers, next);
  };
}

const allowed = {
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: [
    ...['Authorization', 'Content-Type', 'If-None-Match', 'Last-Event-ID'],
    ...['X-Challenge-Response', 'X-Request-Id'],
  ],
  exposeHeaders: [
    ...['Content-Disposition', 'ETag', 'Location', 'Retry-After'],
    ...['X-Request-Id', 'X-Total-Count'],
  ],
  maxAge: 600,
};

/** Lets scripts of these origins read the answers; those of others hear nothing of it. Tokens, never cookies. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const allow = cors({ ...allowed, origin: [...origins] });
  return async function checkOrigin(c, next) {
    if (origins.includes(c.req.header('origin') ?? '')) return allow(c, next);
    await next();
    // What a cache keeps of this answer must not go to who may read it.
    if (origins.length > 0) c.header('Vary', 'Origin', { append: true });
  };
}
