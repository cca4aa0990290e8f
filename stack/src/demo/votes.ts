import { type Api, Refused } from '@anb/api-client/api';
import type { Account } from './accounts.ts';

export interface Ballot<Entry, Voter> {
  voter: Voter;
  entry: Entry;
}

/**
 * Who votes for what: the same in every run, nobody for an own entry, each entry as often as it says.
 * @param voters those with an entry first, in the order of the entries
 */
export function ballots<Entry extends { votes: number }, Voter>(
  entries: readonly Entry[],
  voters: readonly Voter[],
): Ballot<Entry, Voter>[] {
  return entries.flatMap((entry, index) => {
    const others = voters.toSpliced(index, 1);
    // Each entry begins elsewhere in the circle, or the first voters would vote for all and the last for none.
    const start = (index * 7) % others.length;
    const circle = [...others.slice(start), ...others.slice(0, start)];
    return circle.slice(0, entry.votes).map((voter) => ({ voter, entry }));
  });
}

/** @returns false when an earlier run has cast this vote */
export async function castVote(api: Api, { token }: Account, videoId: string): Promise<boolean> {
  try {
    await api.call('POST', `/api/public/videos/${videoId}/vote`, { token });
    return true;
  } catch (error) {
    if (error instanceof Refused && error.code === 'already_voted') return false;
    throw error;
  }
}
