import type { OwnVideo, VideoState } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { followVideo } from './follow-video.ts';
import { changesOfPerson, watchPerson, watchRole } from './person.ts';
import { call, NotSignedIn, type ReasonToAsk, reasonAtFirst } from './session.ts';
import { findVideo, isUnfinished, type OwnVideoNow, withState } from './video-actions.ts';

/** The player's videos, which all of a page's islands know together; unfinished ones are followed as they are processed. */

export interface OwnVideos {
  /** Newest first; undefined: not known yet. */
  videos?: readonly OwnVideoNow[];
  /** Why they could not be asked for. */
  problem?: unknown;
}

/** Streams that are open at a time: browsers hold six connections to a host that speaks HTTP/1.1. */
const MAX_WATCHED = 3;

let known: OwnVideos = {};
let loading: Promise<void> | undefined;
const listeners = new Set<(now: OwnVideos) => void>();
const watched = new Map<string, AbortController>();
/** Of which no more can be told, until something changes. */
const untold = new Set<string>();

export function useOwnVideos(): OwnVideos {
  const [now, setNow] = useState<OwnVideos>({});
  useEffect(() => {
    listeners.add(setNow);
    setNow(known);
    if (!known.videos) void loadOwnVideos(reasonAtFirst());
    return () => void listeners.delete(setNow);
  }, []);
  return now;
}

export function loadOwnVideos(reason?: ReasonToAsk): Promise<void> {
  if (loading) return loading;
  const now = load(reason).finally(() => {
    if (loading === now) loading = undefined;
  });
  loading = now;
  return now;
}

async function load(reason: ReasonToAsk): Promise<void> {
  const before = changesOfPerson();
  const now = await call<OwnVideo[]>('GET', '/api/videos', { reason }).then(
    (videos) => ({ videos }),
    (problem) => ({ problem }),
  );
  if (changesOfPerson() !== before) return;
  untold.clear();
  become(now);
}

watchPerson(() => {
  loading = undefined;
  become({});
});
watchRole((role) => {
  if (role && known.problem instanceof NotSignedIn) void loadOwnVideos('unasked');
});

export function replaceVideo(video: OwnVideoNow): void {
  untold.delete(video.video_id);
  become({ videos: known.videos?.map((other) => (other.video_id === video.video_id ? video : other)) ?? [] });
}

export function forgetVideo(videoId: string): void {
  become({ videos: known.videos?.filter(({ video_id }) => video_id !== videoId) ?? [] });
}

function become(now: OwnVideos): void {
  known = now;
  for (const tell of listeners) tell(now);
  watchSome(now.videos ?? []);
}

function watchSome(videos: readonly OwnVideoNow[]): void {
  for (const [videoId, stop] of watched) {
    if (!videos.some(({ video_id }) => video_id === videoId)) stop.abort();
  }
  for (const { video_id } of videos.filter(isUnfinished)) {
    if (watched.size >= MAX_WATCHED) return;
    if (!watched.has(video_id) && !untold.has(video_id)) void watch(video_id);
  }
}

async function watch(videoId: string): Promise<void> {
  const stop = new AbortController();
  watched.set(videoId, stop);
  const change = (to: (video: OwnVideoNow) => OwnVideoNow) => {
    const video = known.videos?.find(({ video_id }) => video_id === videoId);
    if (video) replaceVideo(to(video));
  };
  let last: VideoState | undefined;
  const show = () => last && change((video) => withState(video, last as VideoState));
  try {
    await followVideo(videoId, {
      signal: stop.signal,
      tell: (state) => {
        last = state;
        // Whether it is open then, or waits for an organiser, is not told with it.
        if (state.status !== 'processed') show();
      },
    });
    const ended = stop.signal.aborted ? undefined : await findVideo(videoId);
    watched.delete(videoId);
    if (ended) change(() => ended);
  } catch {
    // Gone meanwhile; or no more can be told.
    if (!stop.signal.aborted) {
      show();
      untold.add(videoId);
    }
  } finally {
    watched.delete(videoId);
    watchSome(known.videos ?? []);
  }
}
