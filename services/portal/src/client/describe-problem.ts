import { away, notSignedIn, offline, problems, tooOften, unknown } from '#texts/problems';
import { Offline, Refusal } from './api.ts';
import { NotSignedIn } from './session.ts';

/** Code that is loaded when it is needed did not arrive: Chromium, Firefox and Safari word it each in their way. */
const isUnloaded = (error: unknown) => error instanceof TypeError && /module/i.test(error.message);

/** By a signal of its own. */
const isLate = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError';

/** What went wrong, and what to do, in the reader's words. */
export function describeProblem(error: unknown): string {
  if (error instanceof NotSignedIn) return notSignedIn;
  if (error instanceof Offline || isUnloaded(error) || isLate(error)) return offline;
  if (!(error instanceof Refusal)) return unknown(undefined);
  if (error.status === 429) return tooOften(error.retryAfter ?? 60);
  const known = problems[error.code];
  if (known) return known;
  return error.status === 503 ? away : unknown(error.requestId);
}
