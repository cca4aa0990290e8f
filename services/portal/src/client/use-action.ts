import { useState } from 'preact/hooks';
import { describeProblem } from './describe-problem.ts';
import { NotSignedIn } from './session.ts';

/** Does one thing at a time that a button asks for, and words what went wrong. */
export function useAction(
  describe: (error: unknown) => string = describeProblem,
): [isBusy: boolean, act: (what: () => Promise<unknown>) => void, problem: string] {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  async function act(what: () => Promise<unknown>) {
    if (isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      await what();
    } catch (error) {
      if (!(error instanceof NotSignedIn)) setProblem(describe(error));
    } finally {
      setBusy(false);
    }
  }
  return [isBusy, act, problem];
}
