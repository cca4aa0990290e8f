import { useState } from 'preact/hooks';
import * as forms from '#texts/forms';
import * as texts from '#texts/sign-up';
import { checkFields, checkTicked } from '../client/checks.ts';
import { type FieldErrors, useForm, type Values } from '../client/form.ts';
import { type Registration, register } from '../client/register.ts';
import { CheckField, CityField, EmailField, TextField } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { NewPassword } from '../components/password-field.tsx';

interface SignUpFormProps {
  /** For who is in the middle of something: nothing is asked twice. */
  isShort?: boolean;
  onDone: (email: string) => void;
}

export function SignUpForm({ isShort = false, onDone }: SignUpFormProps) {
  const form = useForm({
    check: checkRegistration,
    send: async (values) => {
      const registration = registrationOf(values);
      await register(registration);
      onDone(registration.email);
    },
  });
  return (
    <Form name="registro" form={form} action={texts.action} busy={texts.busy}>
      <div class="fields-2">
        <TextField name="first_name" label={forms.firstName} autocomplete="given-name" maxlength={50} />
        <TextField name="last_name" label={forms.lastName} autocomplete="family-name" maxlength={50} />
      </div>
      <CityField />
      <CountryField isFolded={isShort} />
      <EmailField />
      <NewPassword isRepeated={!isShort} />
      <Guardian />
      <CheckField name="accepts_terms">
        {texts.accepts.before}
        <a href="/terminos" target="_blank" rel="noopener">
          {texts.accepts.terms}
        </a>
        {texts.accepts.between}
        <a href="/privacidad" target="_blank" rel="noopener">
          {texts.accepts.privacy}
        </a>
        {texts.accepts.after}
      </CheckField>
    </Form>
  );
}

/** Nearly everybody's is the same. */
function CountryField({ isFolded }: { isFolded: boolean }) {
  const [isOpen, setOpen] = useState(!isFolded);
  if (isOpen) {
    return (
      <TextField
        name="country"
        label={forms.country}
        autocomplete="country-name"
        defaultValue={forms.countryPreset}
        maxlength={50}
      />
    );
  }
  return (
    <p class="row">
      {forms.country}: {forms.countryPreset}
      <input type="hidden" name="country" value={forms.countryPreset} />
      <button type="button" class="link" onClick={() => setOpen(true)}>
        {forms.changeCountry}
      </button>
    </p>
  );
}

/** A minor's consent is their guardian's. */
function Guardian() {
  const [isMinor, setMinor] = useState(false);
  return (
    <>
      <CheckField name="is_minor" onChange={setMinor}>
        {texts.minor}
      </CheckField>
      {isMinor && (
        <div class="panel stack">
          <TextField
            name="guardian_name"
            label={texts.guardianName}
            hint={texts.guardianHint}
            autocomplete="off"
            maxlength={100}
          />
          <CheckField name="guardian_consents">{texts.guardianConsents}</CheckField>
        </div>
      )}
    </>
  );
}

function checkRegistration(values: Values): FieldErrors {
  const ticks = values.is_minor ? ['guardian_consents', 'accepts_terms'] : ['accepts_terms'];
  return { ...checkFields(values), ...checkTicked(values, ...ticks) };
}

function registrationOf(values: Values): Registration {
  const { first_name = '', last_name = '', city = '', country = '', password1 = '' } = values;
  const { email = '', password2 = password1, guardian_name } = values;
  return {
    ...{ first_name, last_name, city, country, password1, password2 },
    email: email.trim(),
    accepts_terms: true,
    ...(guardian_name && { guardian_name }),
  };
}
