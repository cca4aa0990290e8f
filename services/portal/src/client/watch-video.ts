import type { VideoState } from '@anb/api-client/contract';
import { Offline, Refusal } from './api.ts';
import { readEvents } from './event-stream.ts';

const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 15_000;

export const isOver = ({ status }: Pick<VideoState, 'status'>) =>
  status === 'processed' || status === 'failed' || status === 'deleted';

/** How streams are opened; in browsers see follow-video.ts. */
export interface Streams {
  open: (path: string, options: { signal: AbortSignal }) => Promise<Response>;
  /** Waits so long, or until the network has come back. */
  rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface WatchOptions {
  tell: (state: VideoState) => void;
  signal: AbortSignal;
  /** Hears that the stream has broken off; it is opened again. */
  onLost?: () => void;
}

/**
 * How far a video is, from now until it is processed, has failed or is gone; what breaks off begins again.
 * @throws Refusal; what `open` throws but Offline
 */
export async function watchVideo(streams: Streams, videoId: string, options: WatchOptions): Promise<void> {
  const { tell, signal, onLost } = options;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const answer = await streams.open(`/api/videos/${videoId}/events`, { signal });
      for await (const { event, data } of readEvents(answer.body ?? new ReadableStream())) {
        if (event !== 'state') continue;
        const state = JSON.parse(data) as VideoState;
        failures = 0;
        tell(state);
        if (isOver(state)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
    }
    onLost?.();
    await streams.rest(Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** failures), signal);
  }
}

const isPassing = (error: unknown) =>
  error instanceof Offline || (error instanceof Refusal && (error.status >= 500 || error.status === 429));
