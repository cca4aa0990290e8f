import { retry } from '#texts/problems';
import { describeProblem } from '../client/describe-problem.ts';
import { Notice } from './feedback.tsx';

interface NotLoadedProps {
  /** In a sentence. */
  what: string;
  problem: unknown;
  onRetry: () => void;
}

export function NotLoaded({ what, problem, onRetry }: NotLoadedProps) {
  return (
    <Notice kind="bad" isAlert>
      <div class="stack">
        <p>
          {what} {describeProblem(problem)}
        </p>
        <p>
          <button type="button" class="button button-small" onClick={onRetry}>
            {retry}
          </button>
        </p>
      </div>
    </Notice>
  );
}
