import { useRef } from 'preact/hooks';
import * as texts from '#texts/organiser-contest';
import type { CityFields } from '../../client/contest-change.ts';

interface CityFieldsetProps {
  cities: readonly CityFields[];
  problem: string | undefined;
  onChange: (cities: CityFields[]) => void;
}

/** The contest's cities, and the other ways to write each. */
export function CityFieldset({ cities, problem, onChange }: CityFieldsetProps) {
  const rows = useRef<HTMLOListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const edit = (index: number, more: Partial<CityFields>) =>
    onChange(cities.map((city, other) => (other === index ? { ...city, ...more } : city)));

  function addCity() {
    onChange([...cities, { name: '', aliases: '' }]);
    requestAnimationFrame(() => rows.current?.lastElementChild?.querySelector('input')?.focus());
  }

  return (
    <fieldset class="stack" aria-describedby="ciudades-nota">
      <legend>
        <h2>{texts.groups.cities}</h2>
      </legend>
      <p id="ciudades-nota" class={problem ? 'field-error' : 'field-hint prose'}>
        {problem ?? texts.hint.cities}
      </p>
      <ol class="city-rows" ref={rows}>
        {cities.map((city, index) => (
          <li key={index}>
            <input
              class="input"
              value={city.name}
              aria-label={texts.cityName(index + 1)}
              aria-invalid={problem !== undefined && city.name.trim().length < 2}
              onInput={(event) => edit(index, { name: event.currentTarget.value })}
            />
            <input
              class="input"
              value={city.aliases}
              placeholder={texts.aliasesColumn}
              aria-label={texts.cityAliases(index + 1)}
              onInput={(event) => edit(index, { aliases: event.currentTarget.value })}
            />
            <button
              type="button"
              class="button button-small button-plain"
              onClick={() => {
                onChange(cities.filter((_, other) => other !== index));
                add.current?.focus();
              }}
            >
              {texts.removeCity}
              <span class="unseen"> {city.name}</span>
            </button>
          </li>
        ))}
      </ol>
      <p>
        <button type="button" class="button button-small button-plain" ref={add} onClick={addCity}>
          {texts.addCity}
        </button>
      </p>
    </fieldset>
  );
}
