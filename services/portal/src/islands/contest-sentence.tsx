import { sentence } from '#texts/contest';
import { useContest } from '../client/contest.ts';
import { Refresh } from '../components/refresh.tsx';
import type { ContestNow } from '../contest-state.ts';

/** What the contest is at, in a sentence. */
export default function ContestSentence({ contest: rendered }: { contest: ContestNow }) {
  const contest = useContest(rendered) ?? rendered;
  return (
    <p role="status">
      {sentence[contest.state](contest)} {contest.state !== rendered.state && <Refresh />}
    </p>
  );
}
