import * as texts from '#texts/profile';
import { showAnnouncement } from '../client/announcement-bar.tsx';
import { call, forget, signOut } from '../client/session.ts';
import { useAction } from '../client/use-action.ts';

interface SignOutButtonProps {
  /** On every device. */
  isEverywhere?: boolean;
}

/** Signs out, and leads home; where the server could not be told, it says so here. */
export function SignOutButton({ isEverywhere = false }: SignOutButtonProps) {
  const [isBusy, act, problem] = useAction();
  const leave = () =>
    act(async () => {
      const isTold = await (isEverywhere ? signOutEverywhere() : signOut());
      if (isTold) location.assign('/');
      else showAnnouncement({ text: texts.signedOutHere, isBad: true });
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

/** Done only when the server says so. */
async function signOutEverywhere(): Promise<true> {
  await call('POST', '/api/auth/logout-all');
  forget();
  return true;
}
