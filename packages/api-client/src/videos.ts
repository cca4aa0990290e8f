import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';

/** A video as its owner sees it. */
export interface OwnVideo {
  video_id: string;
  title: string;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  is_public: boolean;
  /** It waits for an organiser before it opens for voting. */
  review?: 'pending';
  processed_url?: string;
  duration_seconds?: number;
  progress?: number;
  failure_reason?: string;
}

const POLL_MS = 500;

/** The video again and again, until it is processed or has failed; that one is the last. */
export async function* progressOf(api: Api, token: string, videoId: string): AsyncGenerator<OwnVideo> {
  for (;;) {
    const video = await api.call<OwnVideo>('GET', `/api/videos/${videoId}`, { token });
    yield video;
    if (video.status === 'processed' || video.status === 'failed') return;
    await sleep(POLL_MS);
  }
}

/** Its state in a few words. */
export const describeState = ({ status, progress = 0 }: OwnVideo) =>
  status === 'processing' ? `processing, ${progress} %` : `${status}, waiting for the transcoder`;
