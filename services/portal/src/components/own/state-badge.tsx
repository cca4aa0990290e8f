import * as texts from '#texts/own-videos';
import type { OwnVideoNow } from '../../client/video-actions.ts';

/** Where a video stands, in a word. */
export function StateBadge({ video }: { video: OwnVideoNow }) {
  const [text, kind] = describe(video);
  return <span class={`badge${kind ? ` badge-${kind}` : ''}`}>{text}</span>;
}

function describe(video: OwnVideoNow): [text: string, kind?: 'good' | 'bad' | 'ball'] {
  const { states } = texts;
  if (video.status === 'uploaded') return [states.uploaded];
  if (video.status === 'processing') return [states.processing(video.progress ?? 0), 'ball'];
  if (video.status === 'failed') return [states.failed, 'bad'];
  if (video.hidden) return [states.hidden, 'bad'];
  if (!video.is_public) return [states.private];
  return video.review ? [states.pending, 'ball'] : [states.open, 'good'];
}
