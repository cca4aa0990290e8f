import { useCallback, useEffect, useState } from 'preact/hooks';
import { followVideo } from './follow-video.ts';
import { findVideo, isUnfinished, type OwnVideoNow, withState } from './video-actions.ts';

interface FollowedVideo {
  /** undefined: not known yet. */
  video: OwnVideoNow | undefined;
  /** Whether what is shown of it may be old, for the stream has broken off. */
  isLost: boolean;
  problem: unknown;
  replace: (video: OwnVideoNow) => void;
  reload: () => void;
}

/** One of the player's videos, followed until it is processed or has failed. */
export function useVideo(videoId: string): FollowedVideo {
  const [video, setVideo] = useState<OwnVideoNow>();
  const [isLost, setLost] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((last) => last + 1), []);

  useEffect(() => {
    const stop = new AbortController();
    setProblem(undefined);
    follow(videoId, {
      signal: stop.signal,
      tell: (to, isNowLost) => {
        setVideo(to);
        setLost(isNowLost);
      },
    }).catch((error) => !stop.signal.aborted && setProblem(error));
    return () => stop.abort();
  }, [videoId, round]);

  return { video, isLost, problem, replace: setVideo, reload };
}

interface FollowOptions {
  signal: AbortSignal;
  tell: (to: (video: OwnVideoNow | undefined) => OwnVideoNow | undefined, isLost: boolean) => void;
}

async function follow(videoId: string, { signal, tell }: FollowOptions): Promise<void> {
  const first = await findVideo(videoId);
  if (signal.aborted) return;
  tell(() => first, false);
  if (!isUnfinished(first)) return;
  await followVideo(videoId, {
    signal,
    // Whether it is open then, or waits for an organiser, is not told with it.
    tell: (state) => {
      if (state.status !== 'processed') tell((video) => video && withState(video, state), false);
    },
    onLost: () => tell((video) => video, true),
  });
  const last = signal.aborted ? undefined : await findVideo(videoId);
  if (last && !signal.aborted) tell(() => last, false);
}
