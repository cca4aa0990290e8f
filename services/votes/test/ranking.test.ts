import { Random } from '@anb/testing/random';
import { describe, expect, test } from 'vitest';
import { type Contender, cityTotals, merge, type Ranking, type Rules, rank } from '../src/ranking.ts';

let serial = 0;
const contender = (change: Partial<Contender>): Contender => ({
  video_id: `video-${String(++serial).padStart(3, '0')}`,
  owner_id: serial,
  username: 'Ana Ríos',
  title: 'Triple',
  city: 'Bogotá',
  city_key: 'bogota',
  published_at: 5,
  media_version: 'v',
  votes: 0,
  ...change,
});
const names = new Map([
  ['bogota', 'Bogotá'],
  ['bogota dc', 'Bogotá'],
  ['medellin', 'Medellín'],
]);
const rules = (finalistsPerCity: number): Rules => ({
  finalistsPerCity,
  contestCity: (key) => names.get(key),
});
const ids = (contenders: Iterable<Contender> = []) => [...contenders].map(({ video_id }) => video_id);
const finalists = (ranking: Ranking, city: string) => ids(ranking.cities.get(city)?.finalists);

describe('the ranking', () => {
  test('puts more votes first, then the earlier publication, then the id', () => {
    const ranking = rank(
      [
        contender({ video_id: 'c', votes: 1 }),
        contender({ video_id: 'b', votes: 1 }),
        contender({ video_id: 'd', votes: 1, published_at: 4 }),
        contender({ video_id: 'a', votes: 2 }),
        contender({ video_id: 'e' }),
      ],
      rules(1),
    );
    expect(ids(ranking.national)).toEqual(['a', 'd', 'b', 'c', 'e']);
  });

  test('ranks each city by itself, by all its names', () => {
    const ranking = rank(
      [
        contender({ video_id: 'b1' }),
        contender({ video_id: 'b2', city: 'Bogotá D.C.', city_key: 'bogota dc' }),
        contender({ video_id: 'm1', city: 'Medellín', city_key: 'medellin', votes: 3 }),
      ],
      rules(1),
    );
    expect(ids(ranking.cities.get('contest:Bogotá')?.videos)).toEqual(['b1', 'b2']);
    expect(ids(ranking.cities.get('contest:Medellín')?.videos)).toEqual(['m1']);
  });

  test('qualifies distinct players, each by the best of their videos', () => {
    const ranking = rank(
      [
        contender({ video_id: 'first', owner_id: 1, votes: 9 }),
        contender({ video_id: 'first-again', owner_id: 1, votes: 8 }),
        contender({ video_id: 'second', owner_id: 2, votes: 7 }),
        contender({ video_id: 'third', owner_id: 3, votes: 6 }),
      ],
      rules(2),
    );
    expect(finalists(ranking, 'contest:Bogotá')).toEqual(['first', 'second']);
  });

  test('lets nobody qualify in a city outside the contest', () => {
    const ranking = rank([contender({ city: 'Tunja', city_key: 'tunja', votes: 100 })], rules(2));
    expect(finalists(ranking, 'tunja')).toEqual([]);
  });

  test('counts every city of the contest, also one without videos', () => {
    const ranking = rank(
      [
        contender({ owner_id: 1, votes: 2 }),
        contender({ owner_id: 1, votes: 3 }),
        contender({ city: 'Tunja', city_key: 'tunja' }),
      ],
      rules(1),
    );
    expect(cityTotals(ranking, ['Bogotá', 'Cali'])).toEqual([
      { city: 'Bogotá', contest: true, videos: 2, votes: 5, players: 1 },
      { city: 'Tunja', contest: false, videos: 1, votes: 0, players: 1 },
      { city: 'Cali', contest: true, videos: 0, votes: 0, players: 0 },
    ]);
  });

  test('merged change by change is the one that is made anew', () => {
    const random = new Random(7, 'ranking');
    const below = (limit: number) => Math.floor(random.next() * limit);
    const keys = ['bogota', 'bogota dc', 'medellin', 'tunja', 'cali'];
    const one = (video_id: string) =>
      contender({
        ...{ video_id, owner_id: below(8), city_key: random.pick(keys) },
        ...{ votes: below(4), published_at: below(3) },
      });
    const known = new Map<string, Contender>();
    let ranking = rank([], rules(2));
    for (let round = 0; round < 500; round++) {
      const gone = new Set<Contender>();
      const come: Contender[] = [];
      for (let n = below(6); n >= 0; n--) {
        const id = `video-${below(60)}`;
        const before = known.get(id);
        if ((before && gone.has(before)) || come.some(({ video_id }) => video_id === id)) continue;
        if (before) gone.add(before);
        known.delete(id);
        if (random.next() < 0.3) continue;
        const after = one(id);
        come.push(after);
        known.set(id, after);
      }
      const before = structuredClone(ranking);
      const merged = merge(ranking, { gone, come }, rules(2));
      expect(ranking).toEqual(before);
      const anew = rank([...known.values()], rules(2));
      expect(merged.national).toEqual(anew.national);
      expect([...merged.cities].sort()).toEqual([...anew.cities].sort());
      ranking = merged;
    }
    expect(known.size).toBeGreaterThan(20);
  });
});
