import type { OwnVideo, VideoState } from '@anb/api-client/contract';
import { call } from './session.ts';

/** A video as its player sees it now. */
export type OwnVideoNow = OwnVideo & Pick<VideoState, 'queue_place'>;

const path = (videoId: string) => `/api/videos/${videoId}`;

/** With addresses of its clip and poster, if it is private too. */
export const findVideo = (videoId: string) => call<OwnVideo>('GET', path(videoId));
export const changeVideo = (videoId: string, change: { title?: string; is_public?: boolean }) =>
  call<OwnVideo>('PATCH', path(videoId), { json: change });
export const retryVideo = (videoId: string) => call<void>('POST', `${path(videoId)}/retry`);
export const deleteVideo = (videoId: string) => call<void>('DELETE', path(videoId));

/** As an event tells it; what it does not tell any more is over. */
export function withState(video: OwnVideoNow, state: VideoState): OwnVideoNow {
  if (state.status === 'deleted') return video;
  const { stage, queue_place, failure_code, failure_reason, ...others } = video;
  return { ...others, ...state, status: state.status };
}

/** Whether it waits or is being worked on. */
export const isUnfinished = ({ status }: Pick<OwnVideo, 'status'>) =>
  status === 'uploaded' || status === 'processing';

/** Whether anybody can see it and vote. */
export const isOpen = ({ status, is_public, hidden, review }: OwnVideo) =>
  status === 'processed' && is_public && !hidden && !review;

export const shareAddress = ({ video_id }: Pick<OwnVideo, 'video_id'>) =>
  `${location.origin}/videos/${video_id}`;
