import type { VideoState } from '@anb/api-client/contract';
import { Refusal } from './api.ts';
import { readEvents } from './event-stream.ts';
import { rest } from './rest.ts';
import { NotSignedIn, open } from './session.ts';

const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 15_000;

export const isOver = ({ status }: Pick<VideoState, 'status'>) =>
  status === 'processed' || status === 'failed' || status === 'deleted';

interface WatchOptions {
  tell: (state: VideoState) => void;
  signal: AbortSignal;
  /** Hears that the stream has broken off; it is opened again. */
  onLost?: () => void;
  /** Of the system, as `open` of session.ts. */
  openStream?: typeof open;
}

/**
 * How far a video is, from now until it is processed, has failed or is gone; what breaks off begins again.
 * @throws Refusal, NotSignedIn
 */
export async function watchVideo(videoId: string, options: WatchOptions): Promise<void> {
  const { tell, signal, onLost, openStream = open } = options;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const answer = await openStream(`/api/videos/${videoId}/events`, { signal });
      for await (const { event, data } of readEvents(answer.body ?? new ReadableStream())) {
        if (event !== 'state') continue;
        const state = JSON.parse(data) as VideoState;
        failures = 0;
        tell(state);
        if (isOver(state)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isForGood(error)) throw error;
    }
    onLost?.();
    await rest(Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** failures), signal);
  }
}

/** Also that nobody is signed in. */
const isForGood = (error: unknown) =>
  error instanceof NotSignedIn || (error instanceof Refusal && error.status < 500 && error.status !== 429);
