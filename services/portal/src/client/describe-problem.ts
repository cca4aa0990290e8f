import { away, offline, problems, tooOften, unknown } from '#texts/problems';
import { Offline, Refusal } from './api.ts';

/** Code that is loaded when it is needed did not arrive: Chromium, Firefox and Safari word it each in their way. */
const isUnloaded = (error: unknown) => error instanceof TypeError && /module/i.test(error.message);

/** What went wrong, and what to do, in the reader's words. */
export function describeProblem(error: unknown): string {
  if (error instanceof Offline || isUnloaded(error)) return offline;
  if (!(error instanceof Refusal)) return unknown(undefined);
  if (error.status === 429) return tooOften(error.retryAfter ?? 60);
  const known = problems[error.code];
  if (known) return known;
  return error.status === 503 ? away : unknown(error.requestId);
}
