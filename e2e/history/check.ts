import type { Attempt, Ballot, Outcome } from './attempts.ts';

/** What clients noted, and what was there when all was quiet. */
export interface Evidence {
  attempts: readonly Attempt[];
  /** Open for voting all the time, and whose they are. */
  videos: ReadonlyMap<string, number>;
  /** Of votes.votes. */
  rows: readonly Ballot[];
  tallies: ReadonlyMap<string, number>;
  /** The votes of each video, as each process shows them. */
  rankings: readonly ReadonlyMap<string, number>[];
}

export interface Verdict {
  figures: {
    acked: number;
    missing: number;
    phantom: number;
    doubled: number;
    unfounded: number;
    drift: number;
    wrong: number;
    hung: number;
  };
  problems: string[];
}

/** Judges a run by its evidence alone. */
export function check(evidence: Evidence): Verdict {
  const { attempts } = evidence;
  const rows = counted(evidence.rows.map(keyOf));
  const tried = Map.groupBy(attempts, keyOf);
  const acked = attempts.filter(({ outcome }) => outcome.kind === 'acked');
  const missing = [...new Set(acked.map(keyOf))].filter((key) => !rows.has(key));
  const phantom = [...rows.keys()].filter((key) => !tried.get(key)?.some(mayBeRecorded));
  const doubled = [
    ...more(rows).map((key) => `${key} has more than one row`),
    ...more(counted(acked.map(keyOf))).map((key) => `${key} was answered 200 more than once`),
  ];
  const unfounded = attempts.filter(
    (attempt) => isAgain(attempt) && !(rows.has(keyOf(attempt)) && hasReason(attempt, tried)),
  );
  const recount = counted(evidence.rows.map(({ video }) => video));
  const drifts = findDrift(evidence, recount);
  const counts = { least: leastVotes(acked), most: (video: string) => recount.get(video) ?? 0 };
  const wrong = attempts.filter((attempt) => !isInOrder(attempt, evidence.videos, counts));
  const hung = attempts.filter(({ outcome }) => outcome.kind === 'unknown' && outcome.why === 'hung');
  return {
    figures: {
      acked: acked.length,
      missing: missing.length,
      phantom: phantom.length,
      doubled: doubled.length,
      unfounded: unfounded.length,
      drift: drifts.reduce((sum, { by }) => sum + by, 0),
      wrong: wrong.length,
      hung: hung.length,
    },
    problems: [
      ...missing.map((key) => `${key} was answered 200 and has no row: ${told(tried.get(key))}`),
      ...phantom.map((key) => `${key} has a row that no attempt can have made: ${told(tried.get(key))}`),
      ...doubled,
      ...unfounded.map((one) => `${keyOf(one)} was refused without reason: ${told(tried.get(keyOf(one)))}`),
      ...drifts.map(({ words }) => words),
      ...wrong.map((one) => `${keyOf(one)} was answered ${JSON.stringify(one.outcome)}`),
      ...hung.map((one) => `${keyOf(one)} was not answered by process ${one.replica}`),
    ],
  };
}

const keyOf = ({ video, voter }: Ballot) => `${video} of ${voter}`;

function counted(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const more = (counts: Map<string, number>) => [...counts].filter(([, n]) => n > 1).map(([key]) => key);

const mayBeRecorded = ({ outcome: { kind } }: Attempt) =>
  kind === 'acked' || kind === 'unknown' || kind === 'wrong';

const isAgain = ({ outcome }: Attempt) => outcome.kind === 'refused' && outcome.code === 'already_voted';

/** Whoever is refused for having voted already must have voted otherwise, and begun to before the refusal. */
const hasReason = (refused: Attempt, tried: Map<string, Attempt[]>) =>
  tried
    .get(keyOf(refused))
    ?.some((other) => other !== refused && mayBeRecorded(other) && other.startedAt < refused.endedAt) ??
  false;

/** Whether this answer may be given for this vote at all. */
function isInOrder(
  { video, voter, outcome, startedAt }: Attempt,
  videos: Evidence['videos'],
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

interface Counts {
  least: (video: string, startedAt: number) => number;
  most: (video: string) => number;
}

/** What an answer says is at least its own vote and all that were answered before it was asked for. */
function leastVotes(acked: readonly Attempt[]): Counts['least'] {
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

function findDrift({ tallies, rankings, videos }: Evidence, recount: Map<string, number>) {
  const all = new Set([...videos.keys(), ...recount.keys(), ...tallies.keys()]);
  const shown = rankings.map(
    (ranking, n) => [`the ranking of process ${n}`, ranking, videos.keys()] as const,
  );
  return [['the tally', tallies, all] as const, ...shown].flatMap(([what, counts, ids]) =>
    [...ids].flatMap((video) => {
      const [has, rows] = [counts.get(video) ?? 0, recount.get(video) ?? 0];
      const by = Math.abs(has - rows);
      return by === 0 ? [] : [{ by, words: `${what} says ${has} of ${video}, there are ${rows} rows` }];
    }),
  );
}

/** All that was tried for a ballot, in the order of its beginning. */
const told = (attempts: Attempt[] = []) =>
  attempts
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map(({ replica, startedAt, endedAt, outcome }) => {
      const times = [startedAt, endedAt].map((ms) => (ms / 1000).toFixed(3)).join('–');
      return `${times} s process ${replica} ${Object.values(outcome).join(' ')}`;
    })
    .join('; ') || 'none';
