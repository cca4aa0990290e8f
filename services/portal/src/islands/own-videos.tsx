import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/own-videos';
import { useContest } from '../client/contest.ts';
import { loadOwnVideos, useOwnVideos } from '../client/own-videos.ts';
import { NotSignedIn } from '../client/session.ts';
import type { OwnVideoNow } from '../client/video-actions.ts';
import { Empty, Notice, Skeleton } from '../components/feedback.tsx';
import { BallIcon } from '../components/icons.tsx';
import { NotLoaded } from '../components/not-loaded.tsx';
import { OwnVideoItem } from '../components/own/item.tsx';
import { progressBetween } from '../components/own/state-badge.tsx';

/** The player's videos as they are now, and what can be done with each. */
export default function OwnVideos() {
  const { videos, problem } = useOwnVideos();
  const isVotingOpen = useContest()?.state === 'open';
  const [said, setSaid] = useState('');
  const place = useRef<HTMLDivElement>(null);
  useProgressSaid(videos, isVotingOpen, setSaid);
  if (problem instanceof NotSignedIn) return <SignedOut />;
  if (problem) return <NotLoaded what={texts.notLoaded} problem={problem} onRetry={() => loadOwnVideos()} />;
  if (!videos) return <Skeleton kind="row" count={2} label={texts.loading} />;
  return (
    <div class="stack" ref={place} tabIndex={-1}>
      <p class="unseen" role="status">
        {said}
      </p>
      {videos.length === 0 ? (
        <Empty icon={BallIcon}>
          <h3>{texts.none}</h3>
          <p>{texts.noneHint}</p>
          <a class="button" href="/subir">
            {texts.first}
          </a>
        </Empty>
      ) : (
        <>
          <ul class="stack" aria-label={texts.title}>
            {videos.map((video, index) => (
              <OwnVideoItem
                key={video.video_id}
                {...{ video, isVotingOpen }}
                isNear={index < NEAR}
                onSaid={setSaid}
                // Once the dialog is gone, behind which nothing takes the focus.
                onGone={() => requestAnimationFrame(() => place.current?.focus())}
              />
            ))}
          </ul>
          <p>
            <a class="button button-plain" href="/subir">
              {texts.upload}
            </a>
          </p>
        </>
      )}
    </div>
  );
}

/** One voice for all of them: several that speak at once are not understood. */
function useProgressSaid(
  videos: readonly OwnVideoNow[] = NONE,
  isVotingOpen: boolean,
  say: (text: string) => void,
): void {
  const last = useRef(videos);
  useEffect(() => {
    const known = new Map(last.current.map((video) => [video.video_id, video]));
    last.current = videos;
    for (const video of videos) {
      const before = known.get(video.video_id);
      const progress = before && progressBetween(before, video, isVotingOpen);
      if (progress) say(texts.said.progress(video.title, progress));
    }
  }, [videos, isVotingOpen, say]);
}

const NONE: readonly OwnVideoNow[] = [];

/** Whose pictures are asked for at once; each costs a request while its video is private. */
const NEAR = 6;

function SignedOut() {
  return (
    <Notice kind="warn" isAlert>
      <div class="stack">
        <p>{texts.signedOut}</p>
        <p>
          <button type="button" class="button button-small" onClick={() => loadOwnVideos()}>
            {texts.signIn}
          </button>
        </p>
      </div>
    </Notice>
  );
}
