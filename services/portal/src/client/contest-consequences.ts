import type { City } from '@anb/api-client/contract';
import type { ContestChange, ContestCity, ContestRules } from '@anb/api-client/organiser-contract';
import { consequences as texts } from '#texts/organiser-contest';
import { type Window, windowState } from '../contest-state.ts';

interface Situation {
  rules: ContestRules;
  change: ContestChange;
  /** By the server's clock, in milliseconds. */
  now: number;
  /** Of the ranking, with what each has. */
  cities: readonly City[];
}

/** What a change of the contest means for who plays and votes, a sentence each. */
export function consequencesOf({ rules, change, now, cities }: Situation): string[] {
  const after = { ...rules, ...change };
  const { name, edition, finalists_per_city, vote_goal, review_before_publication } = change;
  return [
    ...windowConsequences(rules, after, now),
    ...(name === undefined ? [] : [texts.name(rules.name, name)]),
    ...(edition === undefined ? [] : [texts.edition(rules.edition, edition)]),
    ...(finalists_per_city === undefined
      ? []
      : [texts.finalists(rules.finalists_per_city, finalists_per_city)]),
    ...(vote_goal === undefined ? [] : [texts.goal(rules.vote_goal, vote_goal)]),
    ...(review_before_publication === undefined
      ? []
      : [texts.review[review_before_publication ? 'on' : 'off']]),
    ...(change.cities ? cityConsequences(rules.cities, change.cities, cities) : []),
  ];
}

function windowConsequences(before: Window, after: Window, now: number): string[] {
  if (before.opens_at === after.opens_at && before.closes_at === after.closes_at) return [];
  const [was, is] = [windowState(before, now), windowState(after, now)];
  const times = [
    ...(is !== 'closed' && before.opens_at !== after.opens_at ? [texts.opensAt(after.opens_at)] : []),
    ...(is !== 'closed' && before.closes_at !== after.closes_at ? [texts.closesAt(after.closes_at)] : []),
  ];
  if (was === is) return [texts.stays[is], ...times];
  return [texts.becomes[is], ...(was === 'closed' ? [texts.reopens] : []), ...times];
}

function cityConsequences(
  before: readonly ContestCity[],
  after: readonly ContestCity[],
  standing: readonly City[],
): string[] {
  const names = (cities: readonly ContestCity[]) => new Set(cities.map(({ name }) => name));
  const [were, are] = [names(before), names(after)];
  const players = (name: string) => standing.find(({ city }) => city === name)?.players ?? 0;
  return [
    ...[...are].filter((name) => !were.has(name)).map((name) => texts.cityAdded(name, players(name))),
    ...[...were].filter((name) => !are.has(name)).map((name) => texts.cityRemoved(name, players(name))),
    ...after.flatMap(({ name, aliases }) => {
      const known = before.find((city) => city.name === name)?.aliases ?? [];
      return [
        ...aliases.filter((alias) => !known.includes(alias)).map((alias) => texts.aliasAdded(alias, name)),
        ...(were.has(name)
          ? known.filter((alias) => !aliases.includes(alias)).map((alias) => texts.aliasRemoved(alias, name))
          : []),
      ];
    }),
  ];
}
