import type { Profile } from '@anb/api-client/contract';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/verification';
import { Refusal } from '../client/api.ts';
import { checkFields } from '../client/checks.ts';
import { describeProblem } from '../client/describe-problem.ts';
import { useForm } from '../client/form.ts';
import { call } from '../client/session.ts';
import { CodeField } from '../components/field.tsx';
import { Form } from '../components/form.tsx';

/** Asks for the code that was mailed, and has another one sent. */
export function CodeForm({ email: known, onDone }: { email?: string; onDone: () => void }) {
  const email = useEmail(known);
  const refused = useRef<{ code?: string; why: string }>({ why: '' });
  const form = useForm({
    // It is sent by itself; by the button too it would cost another of a few attempts.
    check: (values) =>
      values.code === refused.current.code ? { code: refused.current.why } : checkFields(values),
    send: async ({ code = '' }) => {
      try {
        await call('POST', '/api/auth/verify-email', { json: { code } });
      } catch (error) {
        if (isRefusal(error)) refused.current = { code, why: describeProblem(error) };
        throw error;
      }
      onDone();
    },
  });
  return (
    <div class="stack">
      <div>
        {email && <p class="written">{texts.sentTo(email)}</p>}
        <p class="soft">{texts.validFor}</p>
      </div>
      <Form name="codigo" form={form} action={texts.action} busy={texts.busy}>
        <CodeField />
      </Form>
      <Resend
        onVerified={onDone}
        onSent={() => {
          refused.current = { why: '' };
        }}
      />
      <p class="soft small">{texts.wrongAddress}</p>
    </div>
  );
}

/** Of the code, which no other try mends. */
const isRefusal = (error: unknown) =>
  error instanceof Refusal && ['wrong_code', 'code_expired'].includes(error.code);

/** Whoever mistyped theirs sees it. */
function useEmail(known: string | undefined): string | undefined {
  const [email, setEmail] = useState(known);
  useEffect(() => {
    if (known) return;
    call<Profile>('GET', '/api/auth/profile', { reason: 'unasked' }).then(
      (profile) => setEmail(profile.email),
      () => {},
    );
  }, [known]);
  return email;
}

/** The API sends one a minute. */
const PAUSE_SECONDS = 60;

function Resend({ onVerified, onSent }: { onVerified: () => void; onSent: () => void }) {
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState('');
  const [wait, setWait] = useCountdown();

  async function resend() {
    if (wait > 0) return;
    setWait(PAUSE_SECONDS);
    setSaid('');
    setProblem('');
    try {
      await call('POST', '/api/auth/verify-email/resend');
      setSaid(texts.resent);
      onSent();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'already_verified') return onVerified();
      setWait((error instanceof Refusal && error.retryAfter) || 0);
      setProblem(describeProblem(error));
    }
  }

  return (
    <div>
      <button type="button" class="link" aria-disabled={wait > 0} onClick={resend}>
        {wait > 0 ? texts.resendIn(wait) : texts.resend}
      </button>
      <p role="status">{said}</p>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function useCountdown() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft] as const;
}
