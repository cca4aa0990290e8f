import type { City } from '@anb/api-client/contract';
import type { ComponentChildren, TargetedInputEvent } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/forms';
import { request } from '../client/api.ts';
import { FormScope } from '../client/form.ts';

interface FieldProps {
  /** The API's. */
  name: string;
  label: string;
  hint?: string;
  autocomplete: string;
  maxlength: number;
  defaultValue?: string | undefined;
  /** Phones change no letter of what is typed, nor mark it. */
  isEmail?: boolean;
  /** The id of a list of what is often meant. */
  list?: string;
}

/** What ties a field to its label, its hint and what is wrong with it. */
export function useField(name: string, hasHint: boolean) {
  const { name: form, errors } = useContext(FormScope);
  const id = `${form}-${name}`;
  const error = errors[name];
  const described = [hasHint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    ...(error && { 'aria-invalid': true as const }),
    ...(described && { 'aria-describedby': described }),
  };
  return { id, error, attributes };
}

export function FieldError({ id, children }: { id: string; children: string | undefined }) {
  if (!children) return null;
  return (
    <p class="field-error" id={`${id}-error`}>
      {children}
    </p>
  );
}

export function FieldHint({ id, children }: { id: string; children: ComponentChildren }) {
  if (!children) return null;
  return (
    <p class="field-hint" id={`${id}-hint`}>
      {children}
    </p>
  );
}

export function TextField({ name, label, hint, isEmail = false, list, ...input }: FieldProps) {
  const { id, error, attributes } = useField(name, Boolean(hint));
  const kind = isEmail
    ? ({ type: 'email', autocapitalize: 'none', spellcheck: false } as const)
    : ({ type: 'text', ...(list && { list }) } as const);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input class="input" required {...kind} {...input} {...attributes} />
      <FieldHint id={id}>{hint}</FieldHint>
      <FieldError id={id}>{error}</FieldError>
    </div>
  );
}

export const EmailField = (given: { defaultValue?: string | undefined }) => (
  <TextField name="email" label={texts.email} autocomplete="username" maxlength={254} isEmail {...given} />
);

/** Takes any city; offers those of the contest. */
export function CityField({ defaultValue }: { defaultValue?: string }) {
  const { id } = useField('city', true);
  const cities = useContestCities();
  return (
    <>
      <TextField
        name="city"
        label={texts.city}
        hint={texts.cityHint}
        list={`${id}-list`}
        autocomplete="address-level2"
        maxlength={50}
        {...(defaultValue !== undefined && { defaultValue })}
      />
      <datalist id={`${id}-list`}>
        {cities.map((city) => (
          <option key={city} value={city} />
        ))}
      </datalist>
    </>
  );
}

function useContestCities(): readonly string[] {
  const [cities, setCities] = useState<readonly string[]>([]);
  useEffect(() => {
    request<City[]>('GET', '/api/public/cities').then(
      (all) => setCities(all.filter(({ contest }) => contest).map(({ city }) => city)),
      // Whoever knows their city needs no list.
      () => {},
    );
  }, []);
  return cities;
}

/** Six digits, also pasted with what stands around them; sends the form as the last one is there. */
export function CodeField() {
  const { id, error, attributes } = useField('code', false);
  function tidy({ currentTarget: input }: TargetedInputEvent<HTMLInputElement>) {
    const digits = input.value.replace(/\D/g, '').slice(0, 6);
    if (input.value !== digits) input.value = digits;
    if (digits.length === 6) input.form?.requestSubmit();
  }
  return (
    <div class="field">
      <label for={id}>{texts.code}</label>
      <input
        class="input code"
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        onInput={tidy}
        {...attributes}
      />
      <FieldError id={id}>{error}</FieldError>
    </div>
  );
}

interface CheckFieldProps {
  name: string;
  children: ComponentChildren;
  onChange?: (isChecked: boolean) => void;
}

export function CheckField({ name, children, onChange }: CheckFieldProps) {
  const { id, error, attributes } = useField(name, false);
  return (
    <div class="field">
      <div class="check">
        <input
          type="checkbox"
          {...attributes}
          {...(onChange && { onChange: (event) => onChange(event.currentTarget.checked) })}
        />
        <label for={id}>{children}</label>
      </div>
      <FieldError id={id}>{error}</FieldError>
    </div>
  );
}
