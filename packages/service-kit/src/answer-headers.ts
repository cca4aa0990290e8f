import type { Context, Next } from 'hono';
import type { SessionEnv } from './session.ts';

/**
 * Gives an answer headers unless it says them otherwise itself. Node is told them before the answer is made: to add
 * them to it costs more than all else of a small answer. Where there is no connection they are added.
 */
export async function answerWith(
  c: Context<SessionEnv>,
  headers: readonly (readonly [string, string])[],
  next: Next,
): Promise<void> {
  const outgoing = c.env?.outgoing;
  if (outgoing) for (const [name, value] of headers) outgoing.setHeader(name, value);
  await next();
  if (outgoing) return;
  const { headers: answered } = c.res;
  for (const [name, value] of headers) if (!answered.has(name)) answered.set(name, value);
}
