import type { City } from '@anb/api-client/contract';
import * as texts from '#texts/organiser-contest';
import type { CityFields } from '../../client/contest-change.ts';

interface UnknownCitiesProps {
  /** All that have videos, as the ranking knows them. */
  standing: readonly City[];
  cities: readonly CityFields[];
  onChange: (cities: CityFields[]) => void;
}

/** Cities that players come from and that do not qualify: perhaps one of the contest, written otherwise. */
export function UnknownCities({ standing, cities, onChange }: UnknownCitiesProps) {
  const said = cities.flatMap(({ name, aliases }) => [
    name,
    ...aliases.split(',').map((alias) => alias.trim()),
  ]);
  const unknown = standing.filter(({ contest, city }) => !contest && !said.includes(city));
  if (unknown.length === 0) return null;
  const addAlias = (to: string, alias: string) =>
    onChange(
      cities.map((city) =>
        city.name === to ? { ...city, aliases: city.aliases ? `${city.aliases}, ${alias}` : alias } : city,
      ),
    );
  return (
    <section class="panel stack" aria-labelledby="otras-ciudades">
      <h2 id="otras-ciudades">{texts.others.heading}</h2>
      <p class="soft prose">{texts.others.text}</p>
      <ul class="stack">
        {unknown.map(({ city, videos, players }) => (
          <li key={city} class="row">
            <span class="written unknown-city">
              <b>{city}</b> <span class="soft small">{texts.others.counts(videos, players)}</span>
            </span>
            <button
              type="button"
              class="button button-small button-plain"
              onClick={() => onChange([...cities, { name: city, aliases: '' }])}
            >
              {texts.others.add}
              <span class="unseen"> {city}</span>
            </button>
            <select
              class="input alias-of"
              aria-label={texts.others.aliasOfLabel(city)}
              value=""
              onChange={(event) => addAlias(event.currentTarget.value, city)}
            >
              <option value="">{texts.others.aliasOf}</option>
              {cities.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </li>
        ))}
      </ul>
    </section>
  );
}
