import type { ComponentChildren } from 'preact';
import * as texts from '#texts/organisers';
import { retry } from '#texts/problems';
import { describeProblem } from '../../client/describe-problem.ts';
import { isDenied, type Live } from '../../client/live.ts';
import { NotSignedIn } from '../../client/session.ts';
import { Empty, Notice, Skeleton } from '../feedback.tsx';
import { EnterIcon, WhistleIcon } from '../icons.tsx';
import { formatClock } from './moment.tsx';

interface ShownProps<T> {
  live: Live<T>;
  children: (data: T) => ComponentChildren;
}

/** What has been loaded; before that, that it is on its way or why it does not come. */
export function Shown<T>({ live, children }: ShownProps<T>) {
  const { data, problem, loadedAt, reload } = live;
  if (isDenied(problem)) return <OnlyOrganisers />;
  if (data === undefined) {
    if (problem === undefined) return <Skeleton kind="row" count={4} label={texts.loading} />;
    return problem instanceof NotSignedIn ? (
      <SignInFirst onSignIn={reload} />
    ) : (
      <Problem text={describeProblem(problem)} action={retry} onAction={reload} />
    );
  }
  return (
    <>
      {problem !== undefined &&
        (problem instanceof NotSignedIn ? (
          <Problem text={texts.sessionEnded} action={texts.signIn} onAction={reload} />
        ) : (
          <Problem
            text={texts.stale(describeProblem(problem), formatClock(loadedAt))}
            action={retry}
            onAction={reload}
          />
        ))}
      {children(data)}
    </>
  );
}

function OnlyOrganisers() {
  return (
    <Empty icon={WhistleIcon}>
      <h2>{texts.onlyOrganisers}</h2>
      <p>{texts.onlyOrganisersText}</p>
    </Empty>
  );
}

function SignInFirst({ onSignIn }: { onSignIn: () => void }) {
  return (
    <Empty icon={EnterIcon}>
      <h2>{texts.signInFirst}</h2>
      <button type="button" class="button" onClick={onSignIn}>
        {texts.signIn}
      </button>
    </Empty>
  );
}

function Problem({ text, action, onAction }: { text: string; action: string; onAction: () => void }) {
  return (
    <Notice kind="bad" isAlert>
      <p>{text}</p>
      <button type="button" class="button button-small button-plain" onClick={onAction}>
        {action}
      </button>
    </Notice>
  );
}
