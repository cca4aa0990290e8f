import * as texts from '#texts/own-videos';
import { isUnfinished, type OwnVideoNow } from '../../client/video-actions.ts';
import { wordOf } from '../processing.tsx';

interface StateBadgeProps {
  video: OwnVideoNow;
  isVotingOpen: boolean;
}

/** Where a video stands, in a word. */
export function StateBadge({ video, isVotingOpen }: StateBadgeProps) {
  const [text, kind] = describe(video, isVotingOpen);
  return <span class={`badge${kind ? ` badge-${kind}` : ''}`}>{text}</span>;
}

/** What is to be said of a video whose processing has come further; undefined: nothing. */
export function progressBetween(
  before: OwnVideoNow,
  now: OwnVideoNow,
  isVotingOpen: boolean,
): string | undefined {
  const word = spokenState(now, isVotingOpen);
  return isUnfinished(before) && word !== spokenState(before, isVotingOpen) ? word : undefined;
}

/** Each percent would be too much to hear. */
const spokenState = (video: OwnVideoNow, isVotingOpen: boolean) =>
  video.status === 'processing' ? wordOf(video.stage ?? 'downloading') : describe(video, isVotingOpen)[0];

function describe(video: OwnVideoNow, isVotingOpen: boolean): [text: string, kind?: 'good' | 'bad' | 'ball'] {
  if (video.status === 'uploaded') return [texts.states.uploaded];
  if (video.status === 'processing') return [texts.states.processing(video.progress ?? 0), 'ball'];
  if (video.status === 'failed') return [texts.states.failed, 'bad'];
  if (video.hidden) return [texts.states.hidden, 'bad'];
  if (!video.is_public) return [texts.states.private];
  if (video.review) return [texts.states.pending, 'ball'];
  return [isVotingOpen ? texts.states.open : texts.states.public, 'good'];
}
