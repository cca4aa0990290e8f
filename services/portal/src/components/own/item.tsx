import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/own-videos';
import { place } from '#texts/processing';
import { replaceVideo } from '../../client/own-videos.ts';
import { findVideo, isUnfinished, type OwnVideoNow } from '../../client/video-actions.ts';
import { formatDate, formatDuration } from '../../format.ts';
import { Notice } from '../feedback.tsx';
import { BallIcon, PlayIcon } from '../icons.tsx';
import { Poster } from '../poster.tsx';
import { wordOf } from '../processing.tsx';
import { Votes } from '../votes.tsx';
import { Actions } from './actions.tsx';
import { Retitle } from './retitle.tsx';
import { StateBadge } from './state-badge.tsx';
import { Watch } from './watch.tsx';

interface OwnVideoItemProps {
  video: OwnVideoNow;
  isVotingOpen: boolean;
  /** Whether it is among the first, whose pictures are asked for. */
  isNear: boolean;
  /** Hears what was done, to say it. */
  onSaid: (text: string) => void;
  onGone: () => void;
}

export function OwnVideoItem({ video, isVotingOpen, isNear, onSaid, onGone }: OwnVideoItemProps) {
  const [isRetitling, setRetitling] = useState(false);
  const [isWatching, setWatching] = useState(false);
  useSignedAddresses(video, isNear);
  return (
    <li class="own panel">
      <Picture video={video} onWatch={() => setWatching(true)} />
      <div class="stack own-text">
        {isRetitling ? (
          <Retitle video={video} onSaid={onSaid} onClose={() => setRetitling(false)} />
        ) : (
          <h3 class="written">{video.title}</h3>
        )}
        <p class="row">
          <StateBadge {...{ video, isVotingOpen }} />
          {video.status === 'processed' && <Votes count={video.votes} />}
          <span class="soft small">{texts.uploadedOn(formatDate(video.uploaded_at))}</span>
        </p>
        <Progress video={video} />
        <Explanation video={video} />
        <Actions {...{ video, onSaid, onGone }} onRetitle={() => setRetitling(true)} />
      </div>
      {isWatching && <Watch video={video} onClose={() => setWatching(false)} />}
    </li>
  );
}

/** While a video is private its pictures have addresses for its player alone, which lists do not hold. */
function useSignedAddresses(video: OwnVideoNow, isNear: boolean): void {
  const { video_id, status, poster_url } = video;
  const isMissing = isNear && status === 'processed' && !poster_url;
  useEffect(() => {
    // Without it, the video can still be watched.
    if (isMissing) findVideo(video_id).then(replaceVideo, () => {});
  }, [video_id, isMissing]);
}

function Picture({ video, onWatch }: { video: OwnVideoNow; onWatch: () => void }) {
  const { status, poster_url, duration_seconds, title } = video;
  if (status !== 'processed') {
    return (
      <div class="own-picture own-empty">
        <BallIcon />
      </div>
    );
  }
  return (
    <button type="button" class="own-picture card-picture" onClick={onWatch}>
      <span class="unseen">
        {texts.watch} {title}
      </span>
      {poster_url && <Poster src={poster_url} />}
      <PlayIcon />
      {duration_seconds !== undefined && <span class="card-time">{formatDuration(duration_seconds)}</span>}
    </button>
  );
}

function Progress({ video }: { video: OwnVideoNow }) {
  const { status, progress = 0, stage, queue_place, title } = video;
  if (!isUnfinished(video)) return null;
  return (
    <div class="field">
      {status === 'processing' && <progress max={100} value={progress} aria-label={title} />}
      <p class="soft small">
        {status === 'processing'
          ? wordOf(stage ?? 'downloading')
          : queue_place !== undefined && place(queue_place)}
      </p>
    </div>
  );
}

function Explanation({ video }: { video: OwnVideoNow }) {
  if (video.status === 'failed') return <Notice kind="bad">{video.failure_reason}</Notice>;
  if (video.hidden) return <Notice kind="warn">{texts.hiddenHint}</Notice>;
  if (video.is_public && video.review) return <Notice>{texts.pendingHint}</Notice>;
  return null;
}
