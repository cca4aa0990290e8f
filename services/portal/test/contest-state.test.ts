import type { Contest } from '@anb/api-client/contract';
import { describe, expect, test } from 'vitest';
import { contestState } from '../src/contest-state.ts';

const contest: Contest = {
  ...{ name: 'ANB', edition: '2026', finalists_per_city: 2, vote_goal: 3000, open: false },
  ...{ opens_at: '2026-06-01T00:00:00.000Z', closes_at: '2026-06-30T00:00:00.000Z' },
  result_frozen_at: null,
};
const frozen = { result_frozen_at: '2026-06-30T02:00:00.000Z' };
const stateAt = (now: string, change: Partial<Contest> = {}) =>
  contestState({ ...contest, ...change }, Date.parse(now));

describe('the contest', () => {
  test.each<[string, string, Partial<Contest>, string]>([
    ['before it opens', '2026-05-31', {}, 'soon'],
    ['before it opens, without an end', '2026-05-31', { closes_at: null }, 'soon'],
    ['while it is open', '2026-06-15', { open: true }, 'open'],
    ['after its close', '2026-06-30', {}, 'counting'],
    ['once its result is frozen', '2026-06-30', frozen, 'final'],
  ])('%s (%s) %j is %s', (_when, now, change, state) => {
    expect(stateAt(now, change)).toBe(state);
  });

  test.each<[string, string, Partial<Contest>, string]>([
    ['at its close, by a clock that is late', '2026-06-29T23:00:00Z', {}, 'counting'],
    ['just before it opens, by one that is early', '2026-06-01T01:00:00Z', {}, 'soon'],
    ['open, by one that is a month late', '2026-05-15T00:00:00Z', { open: true }, 'open'],
  ])('%s, %s %j, is %s as the service says', (_when, now, change, state) => {
    expect(stateAt(now, change)).toBe(state);
  });
});
