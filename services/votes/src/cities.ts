import { comparisonKey } from '@anb/service-kit/comparison-key';

/** A city of the contest, as organisers name it. */
export interface City {
  name: string;
  /** Other ways to write it. */
  aliases: string[];
}

export interface CityKey {
  key: string;
  city: string;
}

/** Every way to write each city as it is compared, or the two cities that one way would stand for. */
export function keysOf(cities: readonly City[]): CityKey[] | { clash: [string, string] } {
  const owners = new Map<string, City>();
  for (const city of cities) {
    for (const text of [city.name, ...city.aliases]) {
      const key = comparisonKey(text);
      const owner = owners.get(key) ?? city;
      if (owner !== city) return { clash: [owner.name, city.name] };
      owners.set(key, city);
    }
  }
  return [...owners].map(([key, { name }]) => ({ key, city: name }));
}
