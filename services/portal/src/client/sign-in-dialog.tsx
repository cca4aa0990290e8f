import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/sign-in';
import { Dialog } from '../components/dialog.tsx';
import { SignInForm } from '../forms/sign-in.tsx';
import { SignUpForm } from '../forms/sign-up.tsx';
import { openDialog } from './open-dialog.tsx';
import { isKnownBrowser, watchRole } from './person.ts';
import type { Reason } from './session.ts';

let asked: Promise<boolean> | undefined;

/** Asks to sign in or to register, once for all who need it now. @returns whether somebody has */
export function openSignIn(reason: Reason): Promise<boolean> {
  asked ??= openDialog<true>((finish) => <SignIn reason={reason} onDone={finish} />)
    .then(Boolean)
    .finally(() => {
      asked = undefined;
    });
  return asked;
}

/** Who comes to vote or to upload is mostly new here; whose session has ended, or who has been in before, is not. */
function SignIn({ reason, onDone }: { reason: Reason; onDone: (result?: true) => void }) {
  const [isNew, setNew] = useState((reason === 'vote' || reason === 'upload') && !isKnownBrowser());
  // In another tab, say.
  useEffect(() => watchRole((role) => role && onDone(true)), [onDone]);
  const choice = (value: boolean, text: string) => (
    <button type="button" class="chip" aria-pressed={isNew === value} onClick={() => setNew(value)}>
      {text}
    </button>
  );
  return (
    <Dialog title={(isNew ? texts.headingOfNew : texts.heading)[reason]} onClose={() => onDone()}>
      <div class="stack">
        <p class="soft">{texts.reason[reason]}</p>
        {reason !== 'expired' && (
          <fieldset class="chips">
            <legend class="unseen">{texts.choose}</legend>
            {choice(true, texts.isNew)}
            {choice(false, texts.known)}
          </fieldset>
        )}
        {isNew ? (
          <SignUpForm isShort onDone={() => onDone(true)} />
        ) : (
          <SignInForm onDone={() => onDone(true)} />
        )}
      </div>
    </Dialog>
  );
}
