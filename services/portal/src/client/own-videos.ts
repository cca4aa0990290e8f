import type { OwnVideo } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { followVideo } from './follow-video.ts';
import { call } from './session.ts';
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

export function useOwnVideos(): OwnVideos {
  const [now, setNow] = useState<OwnVideos>({});
  useEffect(() => {
    listeners.add(setNow);
    setNow(known);
    if (!known.videos) void loadOwnVideos();
    return () => void listeners.delete(setNow);
  }, []);
  return now;
}

export function loadOwnVideos(): Promise<void> {
  loading ??= call<OwnVideo[]>('GET', '/api/videos')
    .then(
      (videos) => become({ videos }),
      (problem) => become({ problem }),
    )
    .finally(() => {
      loading = undefined;
    });
  return loading;
}

export function replaceVideo(video: OwnVideoNow): void {
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
    if (!watched.has(video_id)) void watch(video_id);
  }
}

async function watch(videoId: string): Promise<void> {
  const stop = new AbortController();
  watched.set(videoId, stop);
  const change = (to: (video: OwnVideoNow) => OwnVideoNow) => {
    const video = known.videos?.find(({ video_id }) => video_id === videoId);
    if (video) replaceVideo(to(video));
  };
  try {
    await followVideo(videoId, {
      signal: stop.signal,
      tell: (state) => change((video) => withState(video, state)),
    });
    const ended = stop.signal.aborted ? undefined : await findVideo(videoId);
    watched.delete(videoId);
    if (ended) change(() => ended);
  } catch {
    // Gone meanwhile; or it can not be told, and stands as it was.
  } finally {
    watched.delete(videoId);
  }
}
