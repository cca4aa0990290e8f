import { useCallback, useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/loading';
import { describeProblem } from '../client/describe-problem.ts';
import { watchRole } from '../client/person.ts';
import { NotSignedIn, type ReasonToAsk, reasonAtFirst } from '../client/session.ts';
import { Notice, Skeleton } from './feedback.tsx';

export type Loaded<T> =
  | { state: 'loading' }
  | { state: 'there'; value: T; set: (value: T) => void }
  | { state: 'signed-out' | 'failed'; problem: string; retry: () => void };

/** @param load the same function each time */
export function useLoaded<T>(load: (reason: ReasonToAsk) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const begin = useCallback(
    (reason?: ReasonToAsk) => {
      setLoaded({ state: 'loading' });
      const set = (value: T) => setLoaded({ state: 'there', value, set });
      load(reason).then(set, (error) => {
        const state = error instanceof NotSignedIn ? 'signed-out' : 'failed';
        setLoaded({ state, problem: describeProblem(error), retry: () => begin() });
      });
    },
    [load],
  );
  useEffect(() => begin(reasonAtFirst()), [begin]);
  const isOut = loaded.state === 'signed-out';
  useEffect(() => (isOut ? watchRole((role) => role && begin('unasked')) : undefined), [isOut, begin]);
  return loaded;
}

/** What is shown instead of what is not there. */
export function Loading({ of }: { of: Loaded<unknown> }) {
  switch (of.state) {
    case 'loading':
      return <Skeleton kind="row" count={3} label={texts.loading} />;
    case 'failed':
    case 'signed-out': {
      const isOut = of.state === 'signed-out';
      return (
        <Notice kind={isOut ? 'warn' : 'bad'} isAlert>
          <div class="stack">
            <p>{isOut ? texts.signedOut : of.problem}</p>
            <p>
              <button type="button" class="button button-small" onClick={of.retry}>
                {isOut ? texts.signIn : texts.retry}
              </button>
            </p>
          </div>
        </Notice>
      );
    }
    default:
      return null;
  }
}
