import { useEffect, useState } from 'preact/hooks';
import * as forms from '#texts/forms';
import * as texts from '#texts/passwords';
import { Refusal, request } from '../client/api.ts';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { knownEmail } from '../client/known-email.ts';
import { Notice } from '../components/feedback.tsx';
import { Form } from '../components/form.tsx';
import { NewPassword } from '../components/password-field.tsx';
import { SignInForm } from '../forms/sign-in.tsx';

/** With the token of the link that was mailed. */
export default function ResetPassword() {
  const token = useToken();
  const [isDone, setDone] = useState(false);
  const [isSpent, setSpent] = useState(false);
  const form = useForm({
    check: checkFields,
    send: async ({ password1, password2 }) => {
      try {
        await request('POST', '/api/auth/password/reset', { json: { token, password1, password2 } });
        setDone(true);
      } catch (error) {
        setSpent(error instanceof Refusal && error.code === 'invalid_reset_token');
        throw error;
      }
    },
  });
  if (isDone) return <Done />;
  if (token === null) return <NoToken />;
  return (
    <div class="stack">
      <p>{texts.resetLead}</p>
      <Form name="restablecer" form={form} action={texts.resetAction} busy={texts.resetBusy}>
        <NewPassword label={forms.newPassword} />
      </Form>
      {isSpent && <AskAgain />}
    </div>
  );
}

/**
 * Out of the address as soon as it is read, where others may see it over a shoulder or in a history. undefined: not read
 * yet; null: there is none.
 */
function useToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const read = () => {
      const found = new URLSearchParams(location.hash.slice(1)).get('token');
      if (found) history.replaceState(null, '', location.pathname);
      setToken((last) => found ?? last ?? null);
    };
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return token;
}

function Done() {
  return (
    <div class="stack">
      <Notice kind="good" isAlert>
        {texts.resetDone}
      </Notice>
      <SignInForm email={knownEmail()} onDone={() => location.replace('/panel')} />
    </div>
  );
}

function NoToken() {
  return (
    <div class="stack">
      <Notice kind="warn">{texts.noToken}</Notice>
      <AskAgain />
    </div>
  );
}

const AskAgain = () => (
  <p>
    <a class="button button-plain" href="/olvide">
      {texts.askAgain}
    </a>
  </p>
);
