import type { Contest } from '@anb/api-client/contract';

/**
 * What the contest is at: votes do not count yet; they count; voting is over and the ranking provisional, until the
 * organisers have frozen the result; it is frozen.
 */
export type ContestState = 'soon' | 'open' | 'counting' | 'final';

/** With its state as who has asked for it sees it: what hydrates must not judge by another clock. */
export interface ContestNow extends Contest {
  state: ContestState;
}

export const contestNow = (contest: Contest): ContestNow => ({
  ...contest,
  state: contestState(contest, Date.now()),
});

/** @param now in milliseconds, by any clock: which of two ends is nearer even one that is off can tell */
export function contestState(contest: Contest, now: number): ContestState {
  const { open, opens_at, closes_at, result_frozen_at } = contest;
  if (open) return 'open';
  if (result_frozen_at) return 'final';
  if (closes_at === null) return 'soon';
  return 2 * now < Date.parse(opens_at) + Date.parse(closes_at) ? 'soon' : 'counting';
}

export type Window = Pick<Contest, 'opens_at' | 'closes_at'>;

/** Of a window that nobody has judged yet. @param now by the server's clock, in milliseconds */
export function windowState({ opens_at, closes_at }: Window, now: number): 'soon' | 'open' | 'closed' {
  if (closes_at !== null && Date.parse(closes_at) <= now) return 'closed';
  return Date.parse(opens_at) <= now ? 'open' : 'soon';
}
