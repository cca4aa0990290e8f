import { useState } from 'preact/hooks';
import * as texts from '#texts/profile';
import { describeProblem } from '../client/describe-problem.ts';
import { call, forget, NotSignedIn, signOut } from '../client/session.ts';

interface SignOutButtonProps {
  /** On every device. */
  isEverywhere?: boolean;
}

/** Signs out, and leads home. */
export function SignOutButton({ isEverywhere = false }: SignOutButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');

  async function leave() {
    if (isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      await (isEverywhere ? signOutEverywhere() : signOutHere());
      location.assign('/');
    } catch (error) {
      setBusy(false);
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  return (
    <>
      <button type="button" class="button button-plain" aria-disabled={isBusy} onClick={leave}>
        {isBusy ? texts.signingOut : isEverywhere ? texts.signOutAll : texts.signOut}
      </button>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** It has ended in this browser, whether the server could be told or not. */
const signOutHere = () => signOut().catch(() => {});

/** Done only when the server says so. */
async function signOutEverywhere(): Promise<void> {
  await call('POST', '/api/auth/logout-all');
  forget();
}
