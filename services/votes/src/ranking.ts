/** A video open for voting, with its votes. */
export interface Contender {
  video_id: string;
  owner_id: number;
  username: string;
  title: string;
  /** The contest's name of the city, or the player's own where the contest has none. */
  city: string;
  city_key: string;
  /** Whether players of the city can qualify. */
  contest: boolean;
  published_at: Date;
  media_version: string;
  votes: number;
}

export interface Ranked extends Contender {
  qualifies: boolean;
}

export interface CityTotals {
  city: string;
  contest: boolean;
  videos: number;
  votes: number;
  players: number;
}

export interface Ranking {
  /** The whole country, best first. */
  national: readonly Ranked[];
  /** Each city's, by its key, best first. */
  cities: ReadonlyMap<string, readonly Ranked[]>;
}

/** More votes first; equal votes: the earlier publication, then the id. No two are equal, so pages are stable. */
export function compareContenders(a: Contender, b: Contender): number {
  return (
    b.votes - a.votes ||
    a.published_at.getTime() - b.published_at.getTime() ||
    (a.video_id < b.video_id ? -1 : 1)
  );
}

/**
 * Ranks all contenders. In each city of the contest the first `finalists` distinct players qualify, each by the
 * best of their videos.
 */
export function rank(contenders: readonly Contender[], finalists: number): Ranking {
  const cities = new Map<string, Ranked[]>();
  const finalistsOf = new Map<string, Set<number>>();
  const national = contenders.toSorted(compareContenders).map((contender) => {
    const qualified = getOrInsert(finalistsOf, contender.city_key, () => new Set<number>());
    const qualifies = contender.contest && qualified.size < finalists && !qualified.has(contender.owner_id);
    if (qualifies) qualified.add(contender.owner_id);
    const ranked = { ...contender, qualifies };
    getOrInsert(cities, contender.city_key, () => []).push(ranked);
    return ranked;
  });
  return { national, cities };
}

export function totals(contenders: readonly Contender[]): Omit<CityTotals, 'city' | 'contest'> {
  return {
    videos: contenders.length,
    votes: contenders.reduce((sum, { votes }) => sum + votes, 0),
    players: new Set(contenders.map(({ owner_id }) => owner_id)).size,
  };
}

/** Every city of the contest, also one without a video, and every other city that has one; most voted first. */
export function cityTotals({ cities }: Ranking, contestCities: readonly string[]): CityTotals[] {
  const ranked = [...cities.values()].map((videos) => ({
    city: videos[0]?.city ?? '',
    contest: videos[0]?.contest ?? false,
    ...totals(videos),
  }));
  const present = new Set(ranked.map(({ city }) => city));
  const empty = contestCities
    .filter((city) => !present.has(city))
    .map((city) => ({ city, contest: true, ...totals([]) }));
  return [...ranked, ...empty].sort(
    (a, b) => b.votes - a.votes || b.videos - a.videos || a.city.localeCompare(b.city),
  );
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
