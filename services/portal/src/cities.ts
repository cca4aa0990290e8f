import type { City } from '@anb/api-client/contract';

/** As names of cities are compared: without regard to case and accents. */
const key = (city: string) => city.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** A city as the contest writes it, where it is one of the contest's; else as the player wrote it. */
export const cityName = (written: string, cities: readonly City[]) =>
  cities.find(({ contest, city }) => contest && key(city) === key(written))?.city ?? written;
