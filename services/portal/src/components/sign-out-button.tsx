import * as texts from '#texts/profile';
import { call, forget, signOut } from '../client/session.ts';
import { useAction } from '../client/use-action.ts';

interface SignOutButtonProps {
  /** On every device. */
  isEverywhere?: boolean;
}

/** Signs out, and leads home. */
export function SignOutButton({ isEverywhere = false }: SignOutButtonProps) {
  const [isBusy, act, problem] = useAction();
  const leave = () =>
    act(async () => {
      await (isEverywhere ? signOutEverywhere() : signOutHere());
      location.assign('/');
    });
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
