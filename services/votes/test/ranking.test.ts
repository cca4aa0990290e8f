import { describe, expect, test } from 'vitest';
import { type Contender, cityTotals, rank } from '../src/ranking.ts';

let serial = 0;
const contender = (change: Partial<Contender>): Contender => ({
  video_id: `video-${String(++serial).padStart(3, '0')}`,
  owner_id: serial,
  username: 'Ana Ríos',
  title: 'Triple',
  city: 'Bogotá',
  city_key: 'contest:Bogotá',
  contest: true,
  published_at: new Date('2026-05-01'),
  media_version: 'v',
  votes: 0,
  ...change,
});
const ids = (ranked: readonly { video_id: string }[] = []) => ranked.map(({ video_id }) => video_id);

describe('the ranking', () => {
  test('puts more votes first, then the earlier publication, then the id', () => {
    const early = new Date('2026-04-01');
    const ranking = rank(
      [
        contender({ video_id: 'c', votes: 1 }),
        contender({ video_id: 'b', votes: 1 }),
        contender({ video_id: 'd', votes: 1, published_at: early }),
        contender({ video_id: 'a', votes: 2 }),
        contender({ video_id: 'e' }),
      ],
      1,
    );
    expect(ids(ranking.national)).toEqual(['a', 'd', 'b', 'c', 'e']);
  });

  test('ranks each city by itself', () => {
    const ranking = rank(
      [
        contender({ video_id: 'b1' }),
        contender({ video_id: 'm1', city: 'Medellín', city_key: 'contest:Medellín', votes: 3 }),
      ],
      1,
    );
    expect(ids(ranking.cities.get('contest:Bogotá'))).toEqual(['b1']);
    expect(ids(ranking.cities.get('contest:Medellín'))).toEqual(['m1']);
  });

  test('qualifies distinct players, each by the best of their videos', () => {
    const ranking = rank(
      [
        contender({ video_id: 'first', owner_id: 1, votes: 9 }),
        contender({ video_id: 'first-again', owner_id: 1, votes: 8 }),
        contender({ video_id: 'second', owner_id: 2, votes: 7 }),
        contender({ video_id: 'third', owner_id: 3, votes: 6 }),
      ],
      2,
    );
    expect(ids(ranking.national.filter(({ qualifies }) => qualifies))).toEqual(['first', 'second']);
  });

  test('lets nobody qualify in a city outside the contest', () => {
    const { national } = rank(
      [contender({ city: 'Tunja', city_key: 'tunja', contest: false, votes: 100 })],
      2,
    );
    expect(national[0]?.qualifies).toBe(false);
  });

  test('counts every city of the contest, also one without videos', () => {
    const ranking = rank(
      [
        contender({ owner_id: 1, votes: 2 }),
        contender({ owner_id: 1, votes: 3 }),
        contender({ city: 'Tunja', city_key: 'tunja', contest: false }),
      ],
      1,
    );
    expect(cityTotals(ranking, ['Bogotá', 'Cali'])).toEqual([
      { city: 'Bogotá', contest: true, videos: 2, votes: 5, players: 1 },
      { city: 'Tunja', contest: false, videos: 1, votes: 0, players: 1 },
      { city: 'Cali', contest: true, videos: 0, votes: 0, players: 0 },
    ]);
  });
});
