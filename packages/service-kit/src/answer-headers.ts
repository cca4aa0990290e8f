import type { Context, Next } from 'hono';
import type { SessionEnv } from './session.ts';

type Headers = readonly (readonly [string, string])[];

/**
 * Gives an answer headers unless it says them otherwise itself. Node is told them before the answer is made: to add
 * them to it costs more than all else of a small answer. Where there is no connection they are added.
 */
export function answerWith(c: Context<SessionEnv>, headers: Headers, next: Next): Promise<void> {
  const outgoing = c.env?.outgoing;
  if (!outgoing) return addAfterwards(c, headers, next);
  for (const [name, value] of headers) outgoing.setHeader(name, value);
  return next();
}

async function addAfterwards(c: Context, headers: Headers, next: Next): Promise<void> {
  await next();
  for (const [name, value] of headers) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
}
