import type { Attempt, Outcome } from './attempts.ts';

/** Between what an answer's number of votes must lie. */
export interface Counts {
  least: (video: string, startedAt: number) => number;
  most: (video: string) => number;
}

/** Whether this answer may be given for this vote at all. */
export function isInOrder(
  { video, voter, outcome, startedAt }: Attempt,
  videos: ReadonlyMap<string, number>,
  counts: Counts,
): boolean {
  if (outcome.kind === 'unknown' || outcome.kind === 'unsent') return true;
  const owner = videos.get(video);
  if (owner === undefined) return isRefusal(outcome, 'video_not_found');
  if (owner === voter) return isRefusal(outcome, 'own_video');
  if (outcome.kind === 'acked') {
    return outcome.votes >= counts.least(video, startedAt) && outcome.votes <= counts.most(video);
  }
  return isRefusal(outcome, 'already_voted');
}

/** What an answer says is at least its own vote and all that were answered before it was asked for. */
export function leastVotes(acked: readonly Attempt[]): Counts['least'] {
  const ends = new Map(
    [...Map.groupBy(acked, ({ video }) => video)].map(([video, votes]) => [
      video,
      Float64Array.from(votes, ({ endedAt }) => endedAt).sort(),
    ]),
  );
  return (video, startedAt) => 1 + countBelow(ends.get(video) ?? new Float64Array(), startedAt);
}

/** Of sorted numbers. */
function countBelow(numbers: Float64Array, limit: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

const isRefusal = (outcome: Outcome, code: string) => outcome.kind === 'refused' && outcome.code === code;
