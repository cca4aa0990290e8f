import * as texts from '#texts/organiser-contest';
import type { ContestForm, Field } from '../../client/contest-change.ts';
import { Entry } from './entry.tsx';

/** What is wrong with which field. */
export type Wrong = Partial<Record<Field, string>>;

interface FieldsProps {
  form: ContestForm;
  wrong: Wrong;
  set: (more: Partial<ContestForm>) => void;
}

const labelled = (field: Exclude<Field, 'cities'>, wrong: Wrong) => ({
  label: texts.field[field],
  problem: wrong[field],
});

export function WindowFields({ form, wrong, set }: FieldsProps) {
  return (
    <fieldset class="stack">
      <legend>
        <h2>{texts.groups.window}</h2>
      </legend>
      <div class="fields-2">
        <Entry
          {...labelled('opens_at', wrong)}
          kind="time"
          hint={texts.hint.opens_at}
          value={form.opensAt}
          onValue={(opensAt) => set({ opensAt })}
        />
        <Entry
          {...labelled('closes_at', wrong)}
          kind="time"
          hint={texts.hint.closes_at}
          value={form.closesAt}
          onValue={(closesAt) => set({ closesAt })}
        />
      </div>
    </fieldset>
  );
}

export function RuleFields({ form, wrong, set }: FieldsProps) {
  return (
    <fieldset class="stack">
      <legend>
        <h2>{texts.groups.rules}</h2>
      </legend>
      <div class="fields-2">
        <Entry
          {...labelled('finalists_per_city', wrong)}
          kind="whole number"
          value={form.finalists}
          onValue={(finalists) => set({ finalists })}
        />
        <Entry
          {...labelled('vote_goal', wrong)}
          kind="whole number"
          hint={texts.hint.vote_goal}
          value={form.goal}
          onValue={(goal) => set({ goal })}
        />
        <Entry {...labelled('name', wrong)} value={form.name} onValue={(name) => set({ name })} />
        <Entry {...labelled('edition', wrong)} value={form.edition} onValue={(edition) => set({ edition })} />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={form.isReviewed}
          onChange={(event) => set({ isReviewed: event.currentTarget.checked })}
        />
        <span>
          {texts.field.review}
          <br />
          <span class="field-hint">{texts.hint.review}</span>
        </span>
      </label>
    </fieldset>
  );
}
