import type { Standing } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/voting';
import { Refusal, request } from '../client/api.ts';
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
type State = 'open' | 'sending' | 'voted' | 'own';

type Shown = State | 'soon' | 'closed';

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
      if (isRefusal(error, 'voting_closed')) void lookAgain();
      setState(stateAfter(error));
      if (isRefusal(error, 'already_voted')) tellVoted();
      else if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  /** In another tab, say: it is there, and counts. */
  function tellVoted() {
    setSaid(texts.votedBefore);
    request<Standing>('GET', `/api/public/rankings/videos/${videoId}`).then(
      (standing) => setCount(standing.votes),
      () => {},
    );
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

const words: Record<Shown, string> = {
  open: texts.vote,
  sending: texts.voting,
  voted: texts.voted,
  own: texts.ownVideo,
  closed: texts.closed,
  soon: texts.soon,
};

function shownState(state: State, contest: ContestState): Shown {
  if (contest === 'open' || state !== 'open') return state;
  return contest === 'soon' ? 'soon' : 'closed';
}

const isRefusal = (error: unknown, code: string) => error instanceof Refusal && error.code === code;

function stateAfter(error: unknown): State {
  if (isRefusal(error, 'already_voted')) return 'voted';
  return isRefusal(error, 'own_video') ? 'own' : 'open';
}
