import type { RankingRow } from '@anb/api-client/contract';
import { address } from '../query.ts';

export type StreamState = 'connecting' | 'live' | 'broken';

/** The service says something every 5 s, if only that it is there. */
const SILENCE_MS = 8000;
const OPENING_MS = 10_000;

/**
 * A ranking's first page, now and whenever it changes. Of a network that is gone browsers hear nothing for minutes: what
 * falls silent is not live, and begins anew.
 * @returns ends it
 */
export function watchRanking(
  city: string | undefined,
  tellState: (state: StreamState) => void,
  tell: (rows: RankingRow[]) => void,
): () => void {
  let stream: EventSource | undefined;
  let silence: ReturnType<typeof setTimeout>;

  function wait(ms: number): void {
    clearTimeout(silence);
    // Not all in the same moment.
    silence = setTimeout(begin, ms * (1 + Math.random() / 8));
  }
  function hear(): void {
    tellState('live');
    wait(SILENCE_MS);
  }
  const lose = () => tellState('broken');
  function begin(): void {
    if (stream) lose();
    stream?.close();
    stream = new EventSource(address('/api/public/rankings/stream', { city }));
    stream.onopen = hear;
    // It comes back by itself, or else with the silence.
    stream.onerror = lose;
    stream.addEventListener('here', hear);
    stream.addEventListener('ranking', ({ data }) => {
      hear();
      tell(JSON.parse(data));
    });
    wait(OPENING_MS);
  }

  begin();
  addEventListener('offline', lose);
  addEventListener('online', begin);
  return () => {
    removeEventListener('offline', lose);
    removeEventListener('online', begin);
    clearTimeout(silence);
    stream?.close();
  };
}
