import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/voting';
import { Refusal } from '../client/api.ts';
import { describeProblem } from '../client/describe-problem.ts';
import { currentRole, watchRole } from '../client/person.ts';
import { NotSignedIn, ownId } from '../client/session.ts';
import { castVote, votedVideos } from '../client/voting.ts';
import { CheckIcon } from '../components/icons.tsx';
import { Votes } from '../components/votes.tsx';

interface VoteButtonProps {
  videoId: string;
  votes: number;
  player: string;
  /** The player's. */
  userId: number;
  isVotingOpen: boolean;
}

type State = 'open' | 'sending' | 'voted' | 'own' | 'closed';

/** The votes of a video, and the button that adds one. */
export default function VoteButton({ videoId, votes, player, userId, isVotingOpen }: VoteButtonProps) {
  const [count, setCount] = useState(votes);
  const [state, setState] = useState<State>(isVotingOpen ? 'open' : 'closed');
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState('');

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
    if (state !== 'open') return;
    setState('sending');
    setProblem('');
    try {
      const now = await castVote(videoId);
      setCount(now);
      setState('voted');
      setSaid(texts.votedNow(now));
    } catch (error) {
      setState(stateAfter(error));
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  return (
    <>
      <Votes count={count} />
      <button
        type="button"
        class={`button button-small needs-script${state === 'open' || state === 'sending' ? '' : ' button-plain'}`}
        aria-disabled={state !== 'open'}
        onClick={vote}
      >
        {state === 'voted' && <CheckIcon />}
        {words[state]}
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

const words: Record<State, string> = {
  open: texts.vote,
  sending: texts.voting,
  voted: texts.voted,
  own: texts.ownVideo,
  closed: texts.closed,
};

function stateAfter(error: unknown): State {
  const code = error instanceof Refusal ? error.code : '';
  if (code === 'already_voted') return 'voted';
  if (code === 'own_video') return 'own';
  if (code === 'voting_closed') return 'closed';
  return 'open';
}
