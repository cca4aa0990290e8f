import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import type { Api } from './api.ts';
import type { Player } from './players.ts';
import type { ProgressLine } from './progress-line.ts';

export interface OwnVideo {
  video_id: string;
  title: string;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  is_public: boolean;
  duration_seconds?: number;
  progress?: number;
  failure_reason?: string;
}

const POLL_MS = 500;
const STALLED_MS = 10 * 60_000;

/** The id of the video that an earlier run uploaded for the player, unless it can not take part. */
export async function findEarlierVideo(
  api: Api,
  { person, token }: Account<Player>,
): Promise<string | undefined> {
  const videos = await api.call<OwnVideo[]>('GET', '/api/videos', { token });
  return videos.find(
    ({ title, is_public, status }) => title === person.title && is_public && status !== 'failed',
  )?.video_id;
}

/** Waits until the video is processed or failed, and shows how far it is. */
export async function waitUntilProcessed(
  api: Api,
  { token }: Account,
  videoId: string,
  line: ProgressLine,
): Promise<OwnVideo> {
  let seen = '';
  for (let changedAt = Date.now(); ; await sleep(POLL_MS)) {
    const video = await api.call<OwnVideo>('GET', `/api/videos/${videoId}`, { token });
    if (video.status === 'processed' || video.status === 'failed') return video;
    const state = describeState(video);
    line.update(state);
    if (state !== seen) changedAt = Date.now();
    seen = state;
    if (Date.now() - changedAt > STALLED_MS) throw stalled(video);
  }
}

const describeState = ({ status, progress = 0 }: OwnVideo) =>
  status === 'processing' ? `processing, ${progress} %` : `${status}, waiting for the transcoder`;

const stalled = ({ video_id, status }: OwnVideo) =>
  new Error(
    `Video ${video_id} has been "${status}" without any change for ${STALLED_MS / 60_000} minutes. ` +
      'Does a transcoder run? See the output of npm start.',
  );
