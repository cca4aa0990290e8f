import { describe, expect, test } from 'vitest';
import type { Attempt, Outcome } from './history/attempts.ts';
import { check, type Evidence, type Row } from './history/check.ts';

const acked = (votes: number): Outcome => ({ kind: 'acked', votes });
const refused = (code = 'already_voted'): Outcome => ({ kind: 'refused', code });
const cut: Outcome = { kind: 'unknown', why: 'cut' };
const OWNER = 90;

const row = (video: string, voter: number, isVoided = false): Row => ({ video, voter, isVoided });
let clock = 0;
const attempt = (video: string, voter: number, outcome: Outcome, more: Partial<Attempt> = {}): Attempt => {
  clock += 10;
  return { video, voter, outcome, replica: 0, startedAt: clock, endedAt: clock + 5, ...more };
};

/** Two votes for one video, one of which was not answered, and one for another; and all that is refused rightly. */
const sound = (): Evidence & { attempts: Attempt[]; rows: Row[] } => ({
  attempts: [
    attempt('a', 1, acked(1)),
    attempt('a', 1, refused()),
    attempt('a', 2, cut),
    attempt('a', 2, refused()),
    attempt('a', 3, { kind: 'unsent' }),
    attempt('b', 1, acked(1)),
    attempt('b', 4, cut),
    attempt('a', OWNER, refused('own_video')),
    attempt('unknown', 1, refused('video_not_found')),
  ],
  videos: new Map([
    ['a', OWNER],
    ['b', OWNER],
  ]),
  rows: [row('a', 1), row('a', 2), row('b', 1)],
  tallies: new Map([
    ['a', 2],
    ['b', 1],
  ]),
  rankings: [votes(2, 1), votes(2, 1)],
  contested: new Set(),
});
const votes = (a: number, b: number) =>
  new Map([
    ['a', a],
    ['b', b],
  ]);
const none = { missing: 0, phantom: 0, doubled: 0, unfounded: 0, drift: 0, wrong: 0, hung: 0 };

describe('the checker', () => {
  test('finds nothing where nothing is wrong', () => {
    expect(check(sound())).toEqual({ figures: { ...none, acked: 2 }, problems: [] });
  });

  test('finds nothing where a vote was voided, and counts no longer', () => {
    const { rows, attempts } = sound();
    const voided = {
      ...{ rows: [...rows.slice(0, 2), row('b', 1, true), row('b', 5)], tallies: votes(2, 1) },
      attempts: [...attempts, attempt('b', 5, acked(1))],
      contested: new Set(['b']),
    };
    expect(check({ ...sound(), ...voided }).problems).toEqual([]);
  });

  test.each<[string, (evidence: ReturnType<typeof sound>) => Partial<Evidence>, Partial<typeof none>]>([
    [
      'a row that is missing',
      // Uncounted as well, so that nothing else shows it.
      ({ rows }) => ({ rows: rows.slice(0, 2), tallies: votes(2, 0), rankings: [votes(2, 0)] }),
      { missing: 1, wrong: 1 },
    ],
    [
      'a row that nobody asked for',
      ({ rows }) => ({
        rows: [...rows, row('b', 7)],
        tallies: votes(2, 2),
        rankings: [votes(2, 2)],
      }),
      { phantom: 1 },
    ],
    [
      'a row of a vote that never left the client',
      ({ rows }) => ({
        rows: [...rows, row('a', 3)],
        tallies: votes(3, 1),
        rankings: [votes(3, 1)],
      }),
      { phantom: 1 },
    ],
    [
      'a row of a vote that was refused',
      ({ rows }) => ({
        rows: [...rows, row('a', OWNER)],
        tallies: votes(3, 1),
        rankings: [votes(3, 1)],
      }),
      { phantom: 1 },
    ],
    [
      'a vote that is there twice',
      ({ rows }) => ({
        rows: [...rows, row('a', 1)],
        tallies: votes(3, 1),
        rankings: [votes(3, 1)],
      }),
      { doubled: 1 },
    ],
    [
      'a vote answered 200 twice',
      ({ attempts }) => ({ attempts: [...attempts, attempt('a', 1, acked(2))] }),
      { doubled: 1 },
    ],
    ['a tally that is one too many', () => ({ tallies: votes(2, 2) }), { drift: 1 }],
    [
      'a voided vote that is counted',
      ({ rows }) => ({ rows: [...rows.slice(0, 2), row('b', 1, true)] }),
      { missing: 0, drift: 3 },
    ],
    ['a tally that is not there', () => ({ tallies: new Map([['a', 2]]) }), { drift: 1 }],
    [
      'a tally of nothing',
      () => ({ tallies: new Map([...votes(2, 1), ['unknown', 3] as const]) }),
      { drift: 3 },
    ],
    ['one ranking that is behind', () => ({ rankings: [votes(2, 1), votes(1, 1)] }), { drift: 1 }],
    ['rankings that lack a video', () => ({ rankings: [new Map(), new Map([['a', 2]])] }), { drift: 4 }],
    [
      'a refusal without a row',
      ({ attempts }) => ({ attempts: [...attempts, attempt('b', 4, refused())] }),
      { unfounded: 1 },
    ],
    [
      'a first vote that is refused as a second, whose row is its own',
      ({ attempts, rows }) => ({
        attempts: [...attempts, attempt('b', 5, refused())],
        rows: [...rows, row('b', 5)],
        tallies: votes(2, 2),
        rankings: [votes(2, 2)],
      }),
      { unfounded: 1, phantom: 1 },
    ],
    [
      'a first vote that is refused for one that came later',
      ({ attempts, rows }) => ({
        attempts: [...attempts, attempt('b', 5, refused()), attempt('b', 5, cut)],
        rows: [...rows, row('b', 5)],
        tallies: votes(2, 2),
        rankings: [votes(2, 2)],
      }),
      { unfounded: 1 },
    ],
    [
      'a vote for a video of my own that is taken',
      ({ attempts, rows }) => ({
        attempts: [...attempts, attempt('b', OWNER, acked(2))],
        rows: [...rows, row('b', OWNER)],
        tallies: votes(2, 2),
        rankings: [votes(2, 2)],
      }),
      { wrong: 1 },
    ],
    [
      'a vote for an open video that is refused',
      ({ attempts }) => ({ attempts: [...attempts, attempt('a', 8, refused('video_not_found'))] }),
      { wrong: 1 },
    ],
    [
      'an answer that says more votes than there are',
      ({ attempts }) => ({ attempts: attempts.map((one) => (one.voter === 1 ? withVotes(one, 3) : one)) }),
      { wrong: 2 },
    ],
    [
      'an answer that leaves out votes from before',
      ({ attempts, rows }) => ({
        attempts: [...attempts, attempt('b', 5, acked(1))],
        rows: [...rows, row('b', 5)],
        tallies: votes(2, 2),
        rankings: [votes(2, 2)],
      }),
      { wrong: 1 },
    ],
    [
      'an answer that the contract does not have',
      ({ attempts }) => ({ attempts: [...attempts, attempt('a', 8, { kind: 'wrong', answer: '500 {}' })] }),
      { wrong: 1 },
    ],
    [
      'a vote that is not answered at all',
      ({ attempts }) => ({ attempts: [...attempts, attempt('a', 8, { kind: 'unknown', why: 'hung' })] }),
      { hung: 1 },
    ],
  ])('finds %s', (_what, change, found) => {
    const evidence = sound();
    const { figures, problems } = check({ ...evidence, ...change(evidence) });
    expect(figures).toMatchObject({ ...none, ...found });
    expect(problems).not.toEqual([]);
  });
});

const withVotes = (one: Attempt, count: number): Attempt =>
  one.outcome.kind === 'acked' ? { ...one, outcome: acked(count) } : one;
