import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from './log.ts';
import type { SessionEnv } from './session.ts';

/** Of one route, a second. */
const READS = 50;

/**
 * A line for every request, but for those that thousands send at once: of the reads of a route that went well so many
 * a second have one, and the next says how many had none (`unlogged`). The lines would cost more than the answers.
 */
export function requestLog(log: Logger): MiddlewareHandler<SessionEnv> {
  // Nothing in its lines could hold a secret, and to look for one would cost more than to write them.
  const lines = log.child({}, { redact: [] });
  const reads = new Map<string, { second: number; logged: number; unlogged: number }>();

  /** How many had no line since the last that had; undefined when this one has none either. */
  function unloggedBefore(route: string, now: number): number | undefined {
    const second = Math.floor(now / 1000);
    const read = reads.get(route) ?? { second, logged: 0, unlogged: 0 };
    reads.set(route, read);
    if (read.second !== second) Object.assign(read, { second, logged: 0 });
    if (read.logged === READS) {
      read.unlogged++;
      return undefined;
    }
    const { unlogged } = read;
    read.logged++;
    read.unlogged = 0;
    return unlogged;
  }

  return async function logRequest(c, next) {
    const start = performance.now();
    await next();
    const now = performance.now();
    const { method, path } = c.req;
    const { status } = c.res;
    const route = routePath(c, -1);
    const isRead = method === 'GET' && status < 400;
    const unlogged = isRead ? unloggedBefore(route, now) : 0;
    if (unlogged === undefined) return;
    lines.info(
      {
        request_id: c.get('requestId'),
        ...{ method, route, path, status },
        ms: Math.round(now - start),
        user_id: c.get('session')?.userId,
        ...(unlogged > 0 && { unlogged }),
      },
      'request',
    );
  };
}
