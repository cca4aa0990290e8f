/** Who votes for what. */
export interface Ballot {
  video: string;
  voter: number;
}

export type Outcome =
  | { kind: 'acked'; votes: number }
  | { kind: 'refused'; code: string }
  /** Recorded or not: cut off, answered 503, left by the client, or not answered at all. */
  | { kind: 'unknown'; why: 'cut' | 'away' | 'left' | 'hung' }
  /** Nobody took the connection. */
  | { kind: 'unsent' }
  /** An answer that the contract does not have; recorded or not. */
  | { kind: 'wrong'; answer: string };

/** What a client notes of one vote; times of one clock, in milliseconds. */
export interface Attempt extends Ballot {
  replica: number;
  startedAt: number;
  endedAt: number;
  outcome: Outcome;
}

/** How the attempts ended, counted by what `word` makes of each; those it makes nothing of are left out. */
export function countBy(
  attempts: readonly Attempt[],
  word: (outcome: Outcome) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of attempts) {
    const found = word(outcome);
    if (found) counts[found] = (counts[found] ?? 0) + 1;
  }
  return counts;
}
