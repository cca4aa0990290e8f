import type { TargetedInputEvent } from 'preact';
import { useState } from 'preact/hooks';
import * as texts from '#texts/forms';
import { isLongEnough, isPersonal, type Person, passwordStrength } from '../password-rules.ts';
import { FieldError, useField } from './field.tsx';

interface PasswordFieldProps {
  name: string;
  label: string;
  autocomplete: 'current-password' | 'new-password';
  onInput?: (event: TargetedInputEvent<HTMLInputElement>) => void;
  describedBy?: string;
}

export function PasswordField({ name, label, autocomplete, onInput, describedBy }: PasswordFieldProps) {
  const { id, error, attributes } = useField(name, false);
  const [isShown, setShown] = useState(false);
  const described = [describedBy, attributes['aria-describedby']].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="password">
        <input
          class="input"
          {...(isShown ? ({ type: 'text' } as const) : ({ type: 'password' } as const))}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          required
          {...attributes}
          {...(onInput && { onInput })}
          {...(described && { 'aria-describedby': described })}
        />
        <button type="button" aria-controls={id} aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? texts.hide : texts.show}
          <span class="unseen"> {label.toLowerCase()}</span>
        </button>
      </div>
      <FieldError id={id}>{error}</FieldError>
    </div>
  );
}

interface NewPasswordProps {
  label?: string;
  /** Whether it is asked for a second time. */
  isRepeated?: boolean;
  /** Where the form does not ask for name and e-mail. */
  whose?: Person;
}

/** A password to be, with what it must be and how hard it is to guess. */
export function NewPassword({ label = texts.password, isRepeated = true, whose }: NewPasswordProps) {
  const { id } = useField('password1', false);
  const [typed, setTyped] = useState('');
  const [person, setPerson] = useState<Person>({});

  function look({ currentTarget: { value, form } }: TargetedInputEvent<HTMLInputElement>) {
    setTyped(value);
    setPerson(whose ?? (form ? Object.fromEntries(new FormData(form)) : {}));
  }

  return (
    <>
      <PasswordField
        name="password1"
        label={label}
        autocomplete="new-password"
        describedBy={`${id}-rules`}
        onInput={look}
      />
      <div class="rules small" id={`${id}-rules`}>
        <p class="unseen">{texts.rules}</p>
        <ul>
          <Rule isKept={isLongEnough(typed)}>{texts.rule.length}</Rule>
          <Rule isKept={typed !== '' && !isPersonal(typed, person)}>{texts.rule.personal}</Rule>
          <Rule>{texts.rule.common}</Rule>
        </ul>
        <StrengthMeter password={typed} />
      </div>
      {isRepeated && (
        <PasswordField name="password2" label={texts.repeatPassword} autocomplete="new-password" />
      )}
    </>
  );
}

/** @param isKept undefined: only the server can tell */
function Rule({ isKept, children }: { isKept?: boolean; children: string }) {
  return (
    <li class={isKept ? 'rule-kept' : undefined}>
      {children}
      {isKept !== undefined && <span class="unseen"> ({isKept ? texts.ruleKept : texts.ruleOpen})</span>}
    </li>
  );
}

function StrengthMeter({ password }: { password: string }) {
  const score = password === '' ? 0 : passwordStrength(password);
  return (
    <div class="strength" data-score={score}>
      <span class="strength-bars" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <span role="status">{score > 0 && texts.strength(texts.strengths[score])}</span>
    </div>
  );
}
