import type { CityKey } from './cities.ts';

/** A video open for voting, with its votes. */
export interface Contender {
  video_id: string;
  owner_id: number;
  username: string;
  title: string;
  /** Its player's when it was published. */
  city: string;
  /** The same, as it is compared. */
  city_key: string;
  /** Microseconds since 1970. */
  published_at: number;
  media_version: string;
  votes: number;
}

/** What decides who qualifies. */
export interface Rules {
  finalistsPerCity: number;
  /** The contest's name of a city by one of its keys; undefined when its players can not qualify. */
  contestCity: (cityKey: string) => string | undefined;
  /** The videos that are in the final by the frozen result, whatever has changed since; undefined: it is not frozen. */
  finalists?: ReadonlySet<string> | undefined;
}

export function rulesOf(
  finalistsPerCity: number,
  cityNames: readonly CityKey[],
  finalists?: ReadonlySet<string>,
): Rules {
  const names = new Map(cityNames.map(({ key, city }) => [key, city]));
  return { finalistsPerCity, contestCity: (key) => names.get(key), finalists };
}

export interface CityRanking {
  /** The contest's name of the city, or the first player's own where the contest has none. */
  name: string;
  isOfContest: boolean;
  /** Best first. */
  videos: readonly Contender[];
  finalists: ReadonlySet<Contender>;
}

export interface Ranking {
  /** The whole country, best first. */
  national: readonly Contender[];
  /** By `rankedCity`. */
  cities: ReadonlyMap<string, CityRanking>;
}

export interface Totals {
  videos: number;
  votes: number;
  players: number;
}

export interface CityTotals extends Totals {
  city: string;
  contest: boolean;
}

/** More votes first; equal votes: the earlier publication, then the id. No two are equal, so pages are stable. */
export function compareContenders(a: Contender, b: Contender): number {
  return b.votes - a.votes || a.published_at - b.published_at || (a.video_id < b.video_id ? -1 : 1);
}

/** The key of a ranking: of a city of the contest one for all its names, of any other what it is compared by. */
export const rankedCity = (cityKey: string, { contestCity }: Rules) => {
  const name = contestCity(cityKey);
  return name === undefined ? cityKey : `contest:${name}`;
};

const nothing: Ranking = { national: [], cities: new Map() };

export const rank = (contenders: readonly Contender[], rules: Rules) =>
  merge(nothing, { gone: new Set(), come: contenders }, rules);

/** A contender that changed goes as it was and comes as it is. */
export interface Change {
  gone: ReadonlySet<Contender>;
  come: readonly Contender[];
}

/**
 * The ranking after a change under the same rules; the one before stays as it is. Costs a walk over the country and
 * over the cities that are touched, and no sorting but of what came.
 */
export function merge(ranking: Ranking, { gone, come }: Change, rules: Rules): Ranking {
  const sorted = come.toSorted(compareContenders);
  const cities = new Map(ranking.cities);
  const comeByCity = Map.groupBy(sorted, ({ city_key }) => rankedCity(city_key, rules));
  const goneFrom = [...gone].map(({ city_key }) => rankedCity(city_key, rules));
  for (const key of new Set([...comeByCity.keys(), ...goneFrom])) {
    const videos = mergeSorted(cities.get(key)?.videos ?? [], gone, comeByCity.get(key) ?? []);
    const [best] = videos;
    if (best) cities.set(key, rankCity(videos, best, rules));
    else cities.delete(key);
  }
  return { national: mergeSorted(ranking.national, gone, sorted), cities };
}

function mergeSorted(
  old: readonly Contender[],
  gone: ReadonlySet<Contender>,
  come: readonly Contender[],
): Contender[] {
  const merged: Contender[] = [];
  let next = 0;
  for (const contender of old) {
    if (gone.has(contender)) continue;
    for (let one = come[next]; one && compareContenders(one, contender) < 0; one = come[++next])
      merged.push(one);
    merged.push(contender);
  }
  for (; next < come.length; next++) merged.push(come[next] as Contender);
  return merged;
}

/** What its city makes of a contender; shown is the contest's name of it, or the player's own. */
export function inItsCity(contender: Contender, { cities }: Ranking, rules: Rules) {
  const city = cities.get(rankedCity(contender.city_key, rules));
  return {
    city: city?.isOfContest ? city.name : contender.city,
    qualifies: rules.finalists?.has(contender.video_id) ?? city?.finalists.has(contender) ?? false,
    videos: city?.videos ?? [],
  };
}

/** In a city of the contest the first distinct players qualify, each by the best of their videos. */
function rankCity(videos: readonly Contender[], best: Contender, rules: Rules): CityRanking {
  const name = rules.contestCity(best.city_key);
  const finalists = new Set<Contender>();
  const players = new Set<number>();
  if (name !== undefined) {
    for (const video of videos) {
      if (players.size === rules.finalistsPerCity) break;
      if (players.has(video.owner_id)) continue;
      players.add(video.owner_id);
      finalists.add(video);
    }
  }
  return { name: name ?? best.city, isOfContest: name !== undefined, videos, finalists };
}

export function totals(contenders: readonly Contender[]): Totals {
  return {
    videos: contenders.length,
    votes: contenders.reduce((sum, { votes }) => sum + votes, 0),
    players: new Set(contenders.map(({ owner_id }) => owner_id)).size,
  };
}

/** Every city of the contest, also one without a video, and every other city that has one; most voted first. */
export function cityTotals({ cities }: Ranking, contestCities: readonly string[]): CityTotals[] {
  const ranked = [...cities.values()].map(({ name, isOfContest, videos }) => ({
    city: name,
    contest: isOfContest,
    ...totals(videos),
  }));
  const present = new Set(ranked.filter(({ contest }) => contest).map(({ city }) => city));
  const empty = contestCities
    .filter((city) => !present.has(city))
    .map((city) => ({ city, contest: true, ...totals([]) }));
  return [...ranked, ...empty].sort(
    (a, b) => b.votes - a.votes || b.videos - a.videos || a.city.localeCompare(b.city),
  );
}
