import { useState } from 'preact/hooks';
import * as texts from '#texts/passwords';
import { request } from '../client/api.ts';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { rememberEmail } from '../client/known-email.ts';
import { Notice } from '../components/feedback.tsx';
import { EmailField } from '../components/field.tsx';
import { Form } from '../components/form.tsx';

/** Says the same whether there is such an account or not. */
export default function ForgotPassword() {
  const [sentTo, setSentTo] = useState('');
  const form = useForm({
    check: checkFields,
    send: async ({ email = '' }) => {
      await request('POST', '/api/auth/password/forgot', { json: { email } });
      rememberEmail(email.trim());
      setSentTo(email.trim());
    },
  });
  if (sentTo) {
    return (
      <div class="stack">
        <Notice kind="good" isAlert>
          <p class="written">{texts.forgotSent(sentTo)}</p>
        </Notice>
        <p class="soft">{texts.forgotMissing}</p>
        <p>
          <button type="button" class="link" onClick={() => setSentTo('')}>
            {texts.again}
          </button>
        </p>
      </div>
    );
  }
  return (
    <div class="stack">
      <p>{texts.forgotLead}</p>
      <Form name="olvide" form={form} action={texts.forgotAction} busy={texts.forgotBusy}>
        <EmailField />
      </Form>
    </div>
  );
}
