import type { City } from '@anb/api-client/contract';
import type { ContestChange, ContestRules } from '@anb/api-client/organiser-contract';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/organiser-contest';
import {
  type ContestForm,
  changedBetween,
  changeOf,
  formOf,
  rebase,
  wrongFields,
} from '../../client/contest-change.ts';
import { consequencesOf } from '../../client/contest-consequences.ts';
import { refusedFields } from '../../client/contest-refusal.ts';
import { describeForOrganisers } from '../../client/organiser-problems.ts';
import { readNow } from '../../client/organisers.ts';
import { call, NotSignedIn } from '../../client/session.ts';
import { Notice } from '../feedback.tsx';
import { CityFieldset } from './city-fieldset.tsx';
import { RuleFields, WindowFields, type Wrong } from './contest-fields.tsx';
import type { Desk } from './desk.tsx';
import { UnknownCities } from './unknown-cities.tsx';

interface ContestEditorProps {
  /** As they are by now; they may change while somebody edits. */
  rules: ContestRules;
  cities: readonly City[];
  desk: Desk;
}

/** Sends what was changed, once it has been read what that means. */
export function ContestEditor({ rules, cities, desk }: ContestEditorProps) {
  const { form, set, wrong, problem, isChanged, review, discard } = useContestForm({ rules, cities, desk });
  const place = useRef<HTMLFormElement>(null);
  useFocusOnWrong(place, wrong);
  useLeaveWarning(isChanged);
  const setCities = (next: ContestForm['cities']) => set({ cities: next });
  return (
    <form
      class="stack-wide"
      ref={place}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        review();
      }}
    >
      <WindowFields {...{ form, wrong, set }} />
      <RuleFields {...{ form, wrong, set }} />
      <CityFieldset cities={form.cities} problem={wrong.cities} onChange={setCities} />
      <UnknownCities standing={cities} cities={form.cities} onChange={setCities} />
      <div class="stack">
        {problem && (
          <Notice kind="warn" isAlert>
            {problem}
          </Notice>
        )}
        <p class="row">
          <button type="submit" class="button">
            {texts.review}
          </button>
          {isChanged && (
            <>
              <button type="button" class="button button-plain" onClick={discard}>
                {texts.discard}
              </button>
              <span class="soft small">{texts.unsaved}</span>
            </>
          )}
        </p>
      </div>
    </form>
  );
}

function useContestForm({ rules, cities, desk }: ContestEditorProps) {
  const [{ base, form }, setState] = useState(() => ({ base: rules, form: formOf(rules) }));
  const [{ wrong, problem }, say] = useState<{ wrong: Wrong; problem: string }>({ wrong: {}, problem: '' });
  const isChanged = Object.keys(changeOf(form, base)).length > 0;
  const takeOver = (now: ContestRules, next = formOf(now)) => setState({ base: now, form: next });
  useEffect(() => {
    if (!isChanged) takeOver(rules);
  }, [rules, isChanged]);

  async function review() {
    const fields = wrongFields(form);
    const left = fields.length === 0 && !isChanged ? texts.nothingChanged : '';
    say({ wrong: Object.fromEntries(fields.map((field) => [field, texts.wrong[field]])), problem: left });
    if (fields.length > 0 || !isChanged) return;
    try {
      const loading = { signal: AbortSignal.timeout(10_000) };
      const { data, now } = await readNow<ContestRules>('/api/admin/contest', loading);
      const meanwhile = changedBetween(base, data);
      if (meanwhile.length > 0) yieldTo(data, meanwhile);
      else ask(changeOf(form, data), now);
    } catch (error) {
      if (!(error instanceof NotSignedIn)) say({ wrong: {}, problem: describeForOrganisers(error) });
    }
  }

  /** Somebody else was faster. */
  function yieldTo(now: ContestRules, fields: (keyof ContestChange)[]) {
    const isClash = fields.includes('cities') && changeOf(form, base).cities !== undefined;
    if (!isClash) takeOver(now, rebase(form, base, now));
    const names = fields.map((field) => texts.changed[field]).join(', ');
    say({ wrong: {}, problem: isClash ? texts.citiesClash : texts.changedMeanwhile(names) });
  }

  function ask(change: ContestChange, now: number) {
    desk.ask({
      ...texts.save,
      isDangerous: change.closes_at !== undefined || change.cities !== undefined,
      happens: consequencesOf({ rules: base, change, now, cities }),
      act: async () => {
        try {
          takeOver(await call<ContestRules>('PUT', '/api/admin/contest', { json: change }));
          return texts.save.done;
        } catch (error) {
          say({ wrong: refusedFields(error), problem: '' });
          throw error;
        }
      },
    });
  }

  return {
    ...{ form, wrong, problem, isChanged, review },
    set: (more: Partial<ContestForm>) => setState({ base, form: { ...form, ...more } }),
    discard: () => {
      takeOver(rules);
      say({ wrong: {}, problem: '' });
    },
  };
}

function useFocusOnWrong(place: { current: HTMLElement | null }, wrong: Wrong): void {
  useEffect(() => {
    if (document.querySelector('dialog[open]')) return;
    place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong, place]);
}

/** Who goes away with changes unsaved is asked by the browser. */
function useLeaveWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
