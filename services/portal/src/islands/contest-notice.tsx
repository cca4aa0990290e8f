import { sentence } from '#texts/contest';
import { useContest } from '../client/contest.ts';
import { Notice } from '../components/feedback.tsx';
import { Refresh } from '../components/refresh.tsx';
import type { ContestNow, ContestState } from '../contest-state.ts';

interface ContestNoticeProps {
  contest: ContestNow;
  /** What that means here. */
  here?: Partial<Record<ContestState, string>>;
}

/** Says so where votes do not count, also when that begins while the page is open. */
export default function ContestNotice({ contest: rendered, here = {} }: ContestNoticeProps) {
  const contest = useContest(rendered) ?? rendered;
  const { state } = contest;
  const isOpen = state === 'open';
  return (
    // Out of the way, so that it takes no room while it is empty.
    <div role="status" {...(isOpen && { class: 'unseen' })}>
      {!isOpen && (
        <Notice kind={state === 'final' ? 'good' : 'warn'}>
          {sentence[state](contest)} {here[state]} {state !== rendered.state && <Refresh />}
        </Notice>
      )}
    </div>
  );
}
