import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import type { OwnVideo } from './contract.ts';

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
