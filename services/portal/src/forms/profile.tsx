import type { Profile } from '@anb/api-client/contract';
import { useState } from 'preact/hooks';
import * as forms from '#texts/forms';
import * as texts from '#texts/profile';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { call } from '../client/session.ts';
import { CityField, TextField } from '../components/field.tsx';
import { Form } from '../components/form.tsx';

interface ProfileFormProps {
  profile: Profile;
  onSaved: (profile: Profile) => void;
}

export function ProfileForm({ profile, onSaved }: ProfileFormProps) {
  const [said, setSaid] = useState('');
  const form = useForm({
    check: checkFields,
    send: async (values) => {
      setSaid('');
      onSaved(await call<Profile>('PATCH', '/api/auth/profile', { json: values }));
      setSaid(texts.saved);
    },
  });
  return (
    <>
      <Form name="perfil" form={form} action={texts.save} busy={texts.saving}>
        <div class="fields-2">
          <TextField
            name="first_name"
            label={forms.firstName}
            autocomplete="given-name"
            maxlength={50}
            defaultValue={profile.first_name}
          />
          <TextField
            name="last_name"
            label={forms.lastName}
            autocomplete="family-name"
            maxlength={50}
            defaultValue={profile.last_name}
          />
        </div>
        <CityField defaultValue={profile.city} />
        <TextField
          name="country"
          label={forms.country}
          autocomplete="country-name"
          maxlength={50}
          defaultValue={profile.country}
        />
      </Form>
      <p class="said" role="status">
        {said}
      </p>
    </>
  );
}
