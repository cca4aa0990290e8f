import type { ContestChange, ContestCity, ContestRules } from '@anb/api-client/organiser-contract';

/** The contest as it stands in the form's fields. */
export interface ContestForm {
  name: string;
  edition: string;
  /** By the clocks of the contest's country, to the minute; closesAt '': not fixed yet. */
  opensAt: string;
  closesAt: string;
  finalists: string;
  goal: string;
  isReviewed: boolean;
  cities: CityFields[];
}

export interface CityFields {
  name: string;
  /** With commas between. */
  aliases: string;
}

/** Bogotá's, which has had no summer time since 1993. */
const OFFSET = '-05:00';
const OFFSET_MS = -5 * 3_600_000;

export const toClock = (iso: string) => new Date(Date.parse(iso) + OFFSET_MS).toISOString().slice(0, 16);
export const fromClock = (text: string) => new Date(`${text}${OFFSET}`).toISOString();

export function formOf(rules: ContestRules): ContestForm {
  return {
    name: rules.name,
    edition: rules.edition,
    opensAt: toClock(rules.opens_at),
    closesAt: rules.closes_at === null ? '' : toClock(rules.closes_at),
    finalists: String(rules.finalists_per_city),
    goal: String(rules.vote_goal),
    isReviewed: rules.review_before_publication,
    cities: rules.cities.map(({ name, aliases }) => ({ name, aliases: aliases.join(', ') })),
  };
}

/** What the form says otherwise than `rules`, and nothing else: what others change meanwhile stays theirs. */
export function changeOf(form: ContestForm, rules: ContestRules): ContestChange {
  const before = formOf(rules);
  return {
    ...(form.name.trim() !== before.name && { name: form.name.trim() }),
    ...(form.edition.trim() !== before.edition && { edition: form.edition.trim() }),
    ...(form.opensAt !== before.opensAt && { opens_at: fromClock(form.opensAt) }),
    ...(form.closesAt !== before.closesAt && {
      closes_at: form.closesAt === '' ? null : fromClock(form.closesAt),
    }),
    ...(form.finalists !== before.finalists && { finalists_per_city: Number(form.finalists) }),
    ...(form.goal !== before.goal && { vote_goal: Number(form.goal) }),
    ...(form.isReviewed !== before.isReviewed && { review_before_publication: form.isReviewed }),
    ...(saysOtherwise(form.cities, rules.cities) && { cities: form.cities.map(cityOf) }),
  };
}

/** The form on what the contest is by now: what it does not say otherwise follows. */
export function rebase(form: ContestForm, before: ContestRules, now: ContestRules): ContestForm {
  const were = Object.entries(formOf(before)).map(([name, value]) => [name, JSON.stringify(value)]);
  const unchanged = new Map(were as [string, string][]);
  const mine = Object.entries(form).filter(([name, value]) => unchanged.get(name) !== JSON.stringify(value));
  return { ...formOf(now), ...Object.fromEntries(mine) };
}

/** What somebody else has changed meanwhile. */
export function changedBetween(before: ContestRules, now: ContestRules): (keyof ContestChange)[] {
  const fields = Object.keys(now) as (keyof ContestRules)[];
  return fields.filter(
    (field): field is keyof ContestChange =>
      field !== 'open' && JSON.stringify(before[field]) !== JSON.stringify(now[field]),
  );
}

const cityOf = ({ name, aliases }: CityFields): ContestCity => ({
  name: name.trim(),
  aliases: aliases
    .split(',')
    .map((alias) => alias.trim())
    .filter(Boolean),
});

function saysOtherwise(fields: readonly CityFields[], cities: readonly ContestCity[]): boolean {
  return JSON.stringify(fields.map(cityOf)) !== JSON.stringify(cities);
}

export type Field =
  | 'name'
  | 'edition'
  | 'opens_at'
  | 'closes_at'
  | 'finalists_per_city'
  | 'vote_goal'
  | 'cities';

/** The fields that nobody could mean so. */
export function wrongFields(form: ContestForm): Field[] {
  const isWhole = (text: string, most: number) => /^[1-9]\d{0,7}$/.test(text) && Number(text) <= most;
  const checks: [Field, boolean][] = [
    ['name', form.name.trim().length >= 2],
    ['edition', form.edition.trim().length >= 1],
    ['opens_at', form.opensAt !== ''],
    ['closes_at', form.closesAt === '' || form.closesAt > form.opensAt],
    ['finalists_per_city', isWhole(form.finalists, 100)],
    ['vote_goal', isWhole(form.goal, 10_000_000)],
    ['cities', form.cities.length > 0 && form.cities.every(({ name }) => name.trim().length >= 2)],
  ];
  return checks.flatMap(([field, isRight]) => (isRight ? [] : [field]));
}
