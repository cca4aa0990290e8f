import type { Profile } from '@anb/api-client/contract';
import { useState } from 'preact/hooks';
import * as forms from '#texts/forms';
import * as texts from '#texts/profile';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { call } from '../client/session.ts';
import { Form } from '../components/form.tsx';
import { NewPassword, PasswordField } from '../components/password-field.tsx';

export function ChangePasswordForm({ profile }: { profile: Profile }) {
  const [said, setSaid] = useState('');
  const [times, setTimes] = useState(0);
  const form = useForm({
    check: checkFields,
    send: async ({ current, password1, password2 }) => {
      setSaid('');
      await call('POST', '/api/auth/password', { json: { current, password1, password2 } });
      setSaid(texts.passwordChanged);
      setTimes((before) => before + 1);
    },
  });
  return (
    <>
      <Form name="contrasena" form={form} action={texts.changePassword} busy={texts.changing}>
        {/* For password managers, which ask whose it is. */}
        <input type="text" name="username" autocomplete="username" value={profile.email} hidden readOnly />
        <Fields key={times} profile={profile} />
      </Form>
      <p class="said" role="status">
        {said}
      </p>
    </>
  );
}

/** Empty again after each change. */
const Fields = ({ profile }: { profile: Profile }) => (
  <>
    <PasswordField name="current" label={forms.currentPassword} autocomplete="current-password" />
    <NewPassword label={forms.newPassword} whose={profile} />
  </>
);
