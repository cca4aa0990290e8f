import { Random } from '@anb/testing/random';
import { describe, expect, test } from 'vitest';
import { type Contender, compareContenders, rank, rankedCity, rulesOf } from '../src/ranking.ts';
import { resultRows } from '../src/results.ts';

const names = [
  { key: 'bogota', city: 'Bogotá' },
  { key: 'bogota dc', city: 'Bogotá' },
  { key: 'cali', city: 'Cali' },
];
const keys = ['bogota', 'bogota dc', 'cali', 'tunja', 'san gil'];

/** Contests in which few players have many videos with few votes, so that ties and repetitions are everywhere. */
const contests = Array.from({ length: 200 }, (_, seed) => {
  const random = new Random(seed, 'finalists');
  const below = (limit: number) => Math.floor(random.next() * limit);
  const videos = Array.from({ length: below(40) }, (_, n): Contender => {
    const city_key = random.pick(keys);
    return {
      ...{ video_id: `video-${String(n).padStart(2, '0')}`, owner_id: below(8), city_key, city: city_key },
      ...{
        votes: below(4),
        published_at: below(3),
        username: 'Ana Ríos',
        title: 'Triple',
        media_version: 'v',
      },
    };
  });
  return { videos, finalists: 1 + below(3), below };
});
const finalistsOf = (videos: Contender[], finalists: number, cityNames = names) => {
  const rows = resultRows(rank(videos, rulesOf(finalists, cityNames)), rulesOf(finalists, cityNames));
  return rows.filter(({ qualifies }) => qualifies);
};

describe('in every contest', () => {
  test('a video qualifies when it is its player’s best in a city of the contest where fewer than so many others’ are better', () => {
    let qualified = 0;
    for (const { videos, finalists } of contests) {
      const rules = rulesOf(finalists, names);
      const isIn = (city: string) => (video: Contender) => rankedCity(video.city_key, rules) === city;
      const expected = videos.filter((video) => {
        const rivals = videos.filter(isIn(rankedCity(video.city_key, rules)));
        const better = rivals.filter((rival) => compareContenders(rival, video) < 0);
        const ahead = new Set(better.map(({ owner_id }) => owner_id));
        return rules.contestCity(video.city_key) && !ahead.has(video.owner_id) && ahead.size < finalists;
      });
      const actual = finalistsOf(videos, finalists).map(({ video_id }) => video_id);
      expect(actual.sort()).toEqual(expected.map(({ video_id }) => video_id).sort());
      qualified += expected.length;
    }
    expect(qualified).toBeGreaterThan(400);
  });

  test('more votes come first, then the earlier publication, then the id, whatever order they are read in', () => {
    for (const { videos, finalists, below } of contests) {
      const rules = rulesOf(finalists, names);
      const rows = resultRows(rank(videos, rules), rules);
      const shuffled = videos.toSorted(() => below(3) - 1).reverse();
      expect(resultRows(rank(shuffled, rules), rules)).toEqual(rows);
      const order = (video: Contender) => [-video.votes, video.published_at, video.video_id] as const;
      const inOrder = videos.toSorted((one, other) => {
        const [a, b] = [order(one), order(other)];
        return a[0] - b[0] || a[1] - b[1] || a[2].localeCompare(b[2]);
      });
      expect(rows.map(({ video_id }) => video_id)).toEqual(inOrder.map(({ video_id }) => video_id));
      expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
      for (const inCity of Map.groupBy(rows, ({ city }) => city).values()) {
        expect(inCity.map(({ city_position }) => city_position)).toEqual(inCity.map((_, index) => index + 1));
      }
    }
  });

  test('another way to write a city moves its videos into it, and nobody else’s', () => {
    for (const { videos, finalists } of contests) {
      const written = videos.map((video) => ({
        ...video,
        city_key: video.city_key === 'san gil' ? 'bogota' : video.city_key,
      }));
      const withAlias = [...names, { key: 'san gil', city: 'Bogotá' }];
      expect(finalistsOf(videos, finalists, withAlias)).toEqual(finalistsOf(written, finalists));
      const inCali = (cityNames: typeof names) =>
        finalistsOf(videos, finalists, cityNames)
          .filter(({ city }) => city === 'Cali')
          .map(({ video_id }) => video_id);
      expect(inCali(withAlias)).toEqual(inCali(names));
    }
  });

  test('a worse video of a finalist changes nothing, and a finalist less brings at most one more', () => {
    for (const { videos, finalists } of contests) {
      const before = finalistsOf(videos, finalists);
      const ids = before.map(({ video_id }) => video_id);
      for (const { video_id } of before) {
        const video = videos.find((one) => one.video_id === video_id) as Contender;
        const worse = { ...video, video_id: 'video-99', votes: video.votes - 1 };
        expect(finalistsOf([...videos, worse], finalists).map(({ video_id }) => video_id)).toEqual(ids);
        const without = finalistsOf(
          videos.filter((one) => one !== video),
          finalists,
        );
        expect(without.filter((one) => !ids.includes(one.video_id)).length).toBeLessThanOrEqual(1);
      }
    }
  });
});

test('a player who has published in two cities is ranked in both, each by the best video there', () => {
  const [contest] = contests as [(typeof contests)[number]];
  const video = (change: Partial<Contender>) => ({
    ...(contest.videos[0] as Contender),
    owner_id: 1,
    ...change,
  });
  const finalists = finalistsOf(
    [
      video({ video_id: 'a', city_key: 'bogota', votes: 9 }),
      video({ video_id: 'b', city_key: 'cali', votes: 5 }),
      video({ video_id: 'c', city_key: 'cali', votes: 7 }),
      video({ video_id: 'd', city_key: 'cali', votes: 6, owner_id: 2 }),
    ],
    2,
  );
  expect(finalists.map(({ video_id, city }) => [video_id, city])).toEqual([
    ['a', 'Bogotá'],
    ['c', 'Cali'],
    ['d', 'Cali'],
  ]);
});
