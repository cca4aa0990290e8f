import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/voting';
import { Refusal } from '../client/api.ts';
import { lookAgain, useContestState } from '../client/contest.ts';
import { describeProblem } from '../client/describe-problem.ts';
import { currentRole, watchRole } from '../client/person.ts';
import { NotSignedIn, ownId } from '../client/session.ts';
import { castVote, votedVideos } from '../client/voting.ts';
import { CheckIcon } from '../components/icons.tsx';
import { Votes } from '../components/votes.tsx';
import type { ContestState } from '../contest-state.ts';

interface VoteButtonProps {
  videoId: string;
  votes: number;
  player: string;
  /** The player's. */
  userId: number;
  contestState: ContestState;
}

/** Of the button, where the contest lets it be pressed. */
type State = 'open' | 'sending' | 'voted' | 'own' | 'closed';

/** The votes of a video, and the button that adds one. */
export default function VoteButton({ videoId, votes, player, userId, contestState }: VoteButtonProps) {
  const contest = useContestState(contestState);
  const [count, setCount] = useState(votes);
  const [state, setState] = useState<State>('open');
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState('');
  const shown = shownState(state, contest);

  useEffect(() => {
    const look = () => {
      if (!currentRole()) return;
      votedVideos().then(
        (voted) => voted.has(videoId) && setState('voted'),
        () => {},
      );
      ownId().then(
        (id) => id === userId && setState('own'),
        () => {},
      );
    };
    look();
    // Also by another button's dialog.
    return watchRole(look);
  }, [videoId, userId]);

  async function vote() {
    if (shown !== 'open') return;
    setState('sending');
    setProblem('');
    try {
      const now = await castVote(videoId);
      setCount(now);
      setState('voted');
      setSaid(texts.votedNow(now));
    } catch (error) {
      const after = stateAfter(error);
      if (after === 'closed') lookAgain();
      setState(after);
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  return (
    <>
      <Votes count={count} />
      <button
        type="button"
        class={`button button-small needs-script${shown === 'open' || shown === 'sending' ? '' : ' button-plain'}`}
        aria-disabled={shown !== 'open'}
        onClick={vote}
      >
        {shown === 'voted' && <CheckIcon />}
        {words[shown]}
        <span class="unseen"> {player}</span>
      </button>
      <p class="unseen vote-said" role="status">
        {said}
      </p>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

const words: Record<State | 'soon', string> = {
  open: texts.vote,
  sending: texts.voting,
  voted: texts.voted,
  own: texts.ownVideo,
  closed: texts.closed,
  soon: texts.soon,
};

function shownState(state: State, contest: ContestState): State | 'soon' {
  if (contest === 'open' || (state !== 'open' && state !== 'closed')) return state;
  return contest === 'soon' ? 'soon' : 'closed';
}

function stateAfter(error: unknown): State {
  const code = error instanceof Refusal ? error.code : '';
  if (code === 'already_voted') return 'voted';
  if (code === 'own_video') return 'own';
  if (code === 'voting_closed') return 'closed';
  return 'open';
}
