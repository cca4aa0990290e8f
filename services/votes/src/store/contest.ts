import { isDeepStrictEqual } from 'node:util';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import type { ISql, Sql } from '@anb/service-kit/database';
import type { City, CityKey } from '../cities.ts';

export interface Contest {
  name: string;
  edition: string;
  opens_at: Date;
  closes_at: Date | null;
  finalists_per_city: number;
  vote_goal: number;
}

/** What everybody is told of it. */
export interface PublicContest extends Contest {
  /** Of this edition's result, the latest version; null: it is not frozen. */
  result_version: number | null;
  result_frozen_at: Date | null;
}

/** `now`: by the clock that votes are judged by. */
export async function readContest(sql: ISql): Promise<PublicContest & { now: Date }> {
  const [contest] = await sql<(PublicContest & { now: Date })[]>`
    select name, edition, opens_at, closes_at, finalists_per_city, vote_goal,
      latest.version as result_version, latest.frozen_at as result_frozen_at, clock_timestamp() as now
    from votes.contest c
    left join lateral (
      select version, frozen_at from votes.results r where r.edition = c.edition order by version desc limit 1
    ) latest on true`;
  if (!contest) throw new Error('votes.contest has no row');
  return contest;
}

/** Every way to write a city of the contest. */
export async function readCityNames(sql: ISql): Promise<CityKey[]> {
  return sql<CityKey[]>`select key, city from votes.city_keys order by city, key`;
}

// ── What organisers keep ────────────────────────────────────────────────────────────────────────────────────────

export interface ContestRules extends Contest {
  review_before_publication: boolean;
  /** Their aliases as they are compared. */
  cities: City[];
}

export async function readRules(sql: ISql): Promise<ContestRules> {
  const [contest] = await sql<Omit<ContestRules, 'cities'>[]>`
    select name, edition, opens_at, closes_at, finalists_per_city, vote_goal, review_before_publication
    from votes.contest`;
  if (!contest) throw new Error('votes.contest has no row');
  const cities = await sql<City[]>`
    select name, jsonb_agg(key order by key) as aliases
    from votes.cities
    join votes.city_keys on city = name
    group by name
    order by name`;
  return {
    ...contest,
    cities: cities.map(({ name, aliases }) => ({
      name,
      aliases: aliases.filter((key) => key !== comparisonKey(name)),
    })),
  };
}

/** What is left out stays as it is. */
export interface RulesChange extends Partial<Omit<ContestRules, 'cities'>> {
  /** Every way to write every city; those that are not here are cities of the contest no longer. */
  cities?: CityKey[];
}

/** What changes leaves its trace, with what it was before. */
export async function changeRules(
  sql: Sql,
  { cities, ...change }: RulesChange,
  organiserId: number,
): Promise<ContestRules | 'closes_before_opens' | 'results_frozen' | 'voted_since_frozen'> {
  return sql.begin(async (transaction) => {
    // One change after the other, and none while the result is being frozen.
    await transaction`lock table votes.contest in share row exclusive mode`;
    const before = await readRules(transaction);
    const { edition, opens_at, closes_at } = { ...before, ...change };
    if (closes_at && closes_at <= opens_at) return 'closes_before_opens';
    if (await wouldReopen(transaction, edition, closes_at)) return 'results_frozen';
    if (await wasVotedSinceFrozen(transaction, edition)) return 'voted_since_frozen';
    if (Object.keys(change).length > 0) await transaction`update votes.contest set ${transaction(change)}`;
    if (cities) await replaceCities(transaction, cities);
    const after = await readRules(transaction);
    await noteChange(transaction, before, after, organiserId);
    return after;
  });
}

/** Whether votes could be cast, now or later, for an edition whose result is frozen. */
async function wouldReopen(sql: ISql, edition: string, closesAt: Date | null): Promise<boolean> {
  const [frozen] = await sql`
    select from votes.results
    where edition = ${edition} and (${closesAt}::timestamptz is null or ${closesAt} > now())
    limit 1`;
  return frozen !== undefined;
}

/** Whether there are votes that a frozen edition would get from one that came after it. */
async function wasVotedSinceFrozen(sql: ISql, edition: string): Promise<boolean> {
  const [voted] = await sql`
    select from votes.results
    where edition = ${edition} and exists (select from votes.votes where cast_at > frozen_at)
    limit 1`;
  return voted !== undefined;
}

async function replaceCities(sql: ISql, keys: readonly CityKey[]): Promise<void> {
  const names = [...new Set(keys.map(({ city }) => city))];
  await sql`delete from votes.cities`;
  await sql`insert into votes.cities ${sql(names.map((name) => ({ name })))}`;
  await sql`insert into votes.city_keys ${sql(keys)}`;
}

async function noteChange(sql: ISql, before: ContestRules, after: ContestRules, organiserId: number) {
  const changed = Object.keys(after).filter((field) => {
    const key = field as keyof ContestRules;
    return !isDeepStrictEqual(before[key], after[key]);
  });
  if (changed.length === 0) return;
  const only = (rules: ContestRules) =>
    Object.fromEntries(Object.entries(rules).filter(([field]) => changed.includes(field)));
  const detail = JSON.stringify({ before: only(before), after: only(after) });
  await sql`
    insert into votes.audit (user_id, action, detail)
    values (${organiserId}, 'change_contest', ${detail}::text::jsonb)`;
}
