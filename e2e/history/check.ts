import { isInOrder, leastVotes } from './answers.ts';
import type { Attempt, Ballot } from './attempts.ts';

export interface Row extends Ballot {
  /** It counts no longer. */
  isVoided: boolean;
}

/** What clients noted, and what was there when all was quiet. */
export interface Evidence {
  attempts: readonly Attempt[];
  /** Open for voting all the time, and whose they are. */
  videos: ReadonlyMap<string, number>;
  /** Of votes.votes. */
  rows: readonly Row[];
  /** Videos of which votes were voided: they had more for a while. */
  contested: ReadonlySet<string>;
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
  const books: Books = {
    ...evidence,
    perBallot: counted(evidence.rows.map(keyOf)),
    recount: counted(evidence.rows.filter(({ isVoided }) => !isVoided).map(({ video }) => video)),
    tried: Map.groupBy(attempts, keyOf),
    acked: attempts.filter(({ outcome }) => outcome.kind === 'acked'),
  };
  const found = {
    missing: findMissing(books),
    phantom: findPhantoms(books),
    doubled: findDoubled(books),
    unfounded: findUnfounded(books),
    wrong: findWrong(books),
    hung: findHung(books),
  };
  const drifts = findDrift(books);
  return {
    figures: {
      acked: books.acked.length,
      missing: found.missing.length,
      phantom: found.phantom.length,
      doubled: found.doubled.length,
      unfounded: found.unfounded.length,
      drift: drifts.reduce((sum, { by }) => sum + by, 0),
      wrong: found.wrong.length,
      hung: found.hung.length,
    },
    problems: [...Object.values(found).flat(), ...drifts.map(({ words }) => words)],
  };
}

interface Books extends Evidence {
  /** Rows of one voter for one video, and those of one video that count. */
  perBallot: ReadonlyMap<string, number>;
  recount: ReadonlyMap<string, number>;
  tried: ReadonlyMap<string, Attempt[]>;
  acked: readonly Attempt[];
}

const keyOf = ({ video, voter }: Ballot) => `${video} of ${voter}`;

function counted(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const more = (counts: ReadonlyMap<string, number>) =>
  [...counts].filter(([, n]) => n > 1).map(([key]) => key);

const mayBeRecorded = ({ outcome: { kind } }: Attempt) =>
  kind === 'acked' || kind === 'unknown' || kind === 'wrong';

const findMissing = ({ acked, perBallot, tried }: Books) =>
  [...new Set(acked.map(keyOf))]
    .filter((key) => !perBallot.has(key))
    .map((key) => `${key} was answered 200 and has no row: ${told(tried.get(key))}`);

const findPhantoms = ({ perBallot, tried }: Books) =>
  [...perBallot.keys()]
    .filter((key) => !tried.get(key)?.some(mayBeRecorded))
    .map((key) => `${key} has a row that no attempt can have made: ${told(tried.get(key))}`);

const findDoubled = ({ perBallot, acked }: Books) => [
  ...more(perBallot).map((key) => `${key} has more than one row`),
  ...more(counted(acked.map(keyOf))).map((key) => `${key} was answered 200 more than once`),
];

/** Whoever is refused for having voted already must have voted otherwise, and begun to before the refusal. */
function findUnfounded({ attempts, perBallot, tried }: Books): string[] {
  const hasReason = (refused: Attempt) =>
    tried
      .get(keyOf(refused))
      ?.some((other) => other !== refused && mayBeRecorded(other) && other.startedAt < refused.endedAt);
  return attempts
    .filter(({ outcome }) => outcome.kind === 'refused' && outcome.code === 'already_voted')
    .filter((refused) => !perBallot.has(keyOf(refused)) || !hasReason(refused))
    .map((refused) => `${keyOf(refused)} was refused without reason: ${told(tried.get(keyOf(refused)))}`);
}

function findWrong({ attempts, acked, videos, rows, contested }: Books): string[] {
  const all = counted(rows.map(({ video }) => video));
  const least = leastVotes(acked.filter(({ video }) => !contested.has(video)));
  const counts = { least, most: (video: string) => all.get(video) ?? 0 };
  return attempts
    .filter((attempt) => !isInOrder(attempt, videos, counts))
    .map((attempt) => `${keyOf(attempt)} was answered ${JSON.stringify(attempt.outcome)}`);
}

const findHung = ({ attempts }: Books) =>
  attempts
    .filter(({ outcome }) => outcome.kind === 'unknown' && outcome.why === 'hung')
    .map((attempt) => `${keyOf(attempt)} was not answered by process ${attempt.replica}`);

function findDrift({ tallies, rankings, videos, recount }: Books) {
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
