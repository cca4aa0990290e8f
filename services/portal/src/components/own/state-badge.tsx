import * as texts from '#texts/own-videos';
import { isUnfinished, type OwnVideoNow } from '../../client/video-actions.ts';
import { wordOf } from '../processing.tsx';

/** Where a video stands, in a word. */
export function StateBadge({ video }: { video: OwnVideoNow }) {
  const [text, kind] = describe(video);
  return <span class={`badge${kind ? ` badge-${kind}` : ''}`}>{text}</span>;
}

/** What is to be said of a video whose processing has come further; undefined: nothing. */
export function progressBetween(before: OwnVideoNow, now: OwnVideoNow): string | undefined {
  const word = spokenState(now);
  return isUnfinished(before) && word !== spokenState(before) ? word : undefined;
}

/** Each percent would be too much to hear. */
const spokenState = (video: OwnVideoNow) =>
  video.status === 'processing' ? wordOf(video.stage ?? 'downloading') : describe(video)[0];

function describe(video: OwnVideoNow): [text: string, kind?: 'good' | 'bad' | 'ball'] {
  const { states } = texts;
  if (video.status === 'uploaded') return [states.uploaded];
  if (video.status === 'processing') return [states.processing(video.progress ?? 0), 'ball'];
  if (video.status === 'failed') return [states.failed, 'bad'];
  if (video.hidden) return [states.hidden, 'bad'];
  if (!video.is_public) return [states.private];
  return video.review ? [states.pending, 'ball'] : [states.open, 'good'];
}
