import type { City } from '@anb/api-client/contract';
import type { ContestChange, ContestRules } from '@anb/api-client/organiser-contract';
import { describe, expect, test } from 'vitest';
import {
  changedBetween,
  changeOf,
  formOf,
  fromClock,
  rebase,
  toClock,
  wrongFields,
} from '../src/client/contest-change.ts';
import { consequencesOf } from '../src/client/contest-consequences.ts';

const rules: ContestRules = {
  name: 'ANB Rising Stars Showcase',
  edition: '2026',
  opens_at: '2026-06-01T13:00:00.000Z',
  closes_at: '2026-07-01T03:00:00.250Z',
  open: true,
  finalists_per_city: 2,
  vote_goal: 3000,
  review_before_publication: false,
  cities: [
    { name: 'Bogotá', aliases: ['bogota dc'] },
    { name: 'Cali', aliases: [] },
  ],
};
const form = formOf(rules);

describe('the form', () => {
  test('says times by the clocks of Colombia', () => {
    expect([form.opensAt, form.closesAt]).toEqual(['2026-06-01T08:00', '2026-06-30T22:00']);
    expect(fromClock(toClock(rules.opens_at))).toBe(rules.opens_at);
  });

  test('changes nothing as it stands, not even the seconds that it does not show', () => {
    expect(changeOf(form, rules)).toEqual({});
    expect(formOf({ ...rules, closes_at: null }).closesAt).toBe('');
  });

  test.each<[string, Partial<typeof form>, ContestChange]>([
    ['the close', { closesAt: '2026-06-30T23:30' }, { closes_at: '2026-07-01T04:30:00.000Z' }],
    ['that no close is fixed', { closesAt: '' }, { closes_at: null }],
    ['the finalists', { finalists: '3' }, { finalists_per_city: 3 }],
    ['the review', { isReviewed: true }, { review_before_publication: true }],
    [
      'another way to write a city',
      {
        cities: [
          { name: 'Bogotá', aliases: 'bogota dc, Santafé ,' },
          { name: ' Cali', aliases: '' },
        ],
      },
      {
        cities: [
          { name: 'Bogotá', aliases: ['bogota dc', 'Santafé'] },
          { name: 'Cali', aliases: [] },
        ],
      },
    ],
  ])('sends %s, and nothing else', (_what, more, change) => {
    expect(changeOf({ ...form, ...more }, rules)).toEqual(change);
  });

  test.each<[string, Partial<typeof form>, string[]]>([
    ['a close before the opening', { closesAt: '2026-06-01T07:59' }, ['closes_at']],
    ['no opening', { opensAt: '', closesAt: '' }, ['opens_at']],
    ['half a finalist', { finalists: '1,5' }, ['finalists_per_city']],
    ['too many finalists', { finalists: '101' }, ['finalists_per_city']],
    ['a city without a name', { cities: [{ name: ' ', aliases: 'x' }] }, ['cities']],
    ['no city', { cities: [] }, ['cities']],
  ])('refuses %s', (_what, more, fields) => {
    expect(wrongFields({ ...form, ...more })).toEqual(fields);
  });

  test('keeps what was typed, and takes over what others changed meanwhile', () => {
    const now = { ...rules, vote_goal: 5000, open: false };
    expect(changedBetween(rules, now)).toEqual(['vote_goal']);
    const rebased = rebase({ ...form, finalists: '3' }, rules, now);
    expect(changeOf(rebased, now)).toEqual({ finalists_per_city: 3 });
    expect(rebased.goal).toBe('5000');
  });
});

describe('what a change means', () => {
  const before = Date.parse('2026-05-01T00:00:00Z');
  const during = Date.parse('2026-06-15T00:00:00Z');
  const after = Date.parse('2026-08-01T00:00:00Z');
  const city = (name: string, players: number): City => ({
    ...{ city: name, contest: true, videos: players, votes: 0, players },
  });
  const meaning = (change: ContestChange, now = during) =>
    consequencesOf({ rules, change, now, cities: [city('Cali', 1), city('Tunja', 12)] });

  test.each<[string, ContestChange, number, RegExp]>([
    ['closes at once', { closes_at: '2026-06-14T23:59:59.000Z' }, during, /se cierra en cuanto guardes/],
    ['goes on', { closes_at: '2026-08-01T00:00:00Z' }, during, /sigue abierta/],
    ['opens again', { closes_at: '2026-09-01T00:00:00Z' }, after, /se abre en cuanto guardes/],
    ['opens at once', { opens_at: '2026-04-01T00:00:00Z' }, before, /se abre en cuanto guardes/],
    ['waits again', { opens_at: '2026-06-20T00:00:00Z' }, during, /que ya había abierto, se cierra/],
    ['stays closed', { closes_at: '2026-07-15T00:00:00Z' }, after, /sigue cerrada/],
  ])('says that the vote %s', (_what, change, now, sentence) => {
    expect(meaning(change, now)[0]).toMatch(sentence);
  });

  test('says of a vote that opens again that its votes are added', () => {
    expect(meaning({ closes_at: '2026-09-01T00:00:00Z' }, after)[1]).toMatch(/se suman a los que había/);
  });

  test('says who can qualify no longer, who can by now, and what is written otherwise', () => {
    const cities = [
      { name: 'Bogotá', aliases: ['Santafé'] },
      { name: 'Tunja', aliases: [] },
    ];
    expect(meaning({ cities })).toEqual([
      'Tunja entra al torneo: 12 personas de allí ya pueden clasificar.',
      'Cali sale del torneo: 1 persona de allí ya no puede clasificar. Sus videos y votos siguen en el ranking del país.',
      'Lo publicado como «Santafé» cuenta para Bogotá al instante.',
      'Lo publicado como «bogota dc» ya no cuenta para Bogotá.',
    ]);
  });

  test('has a sentence for each field, and none for what stays', () => {
    expect(meaning({})).toEqual([]);
    const change = {
      ...{ name: 'Otro', edition: '2027', finalists_per_city: 3, vote_goal: 5 },
      review_before_publication: true,
    };
    expect(meaning(change)).toHaveLength(5);
  });
});
