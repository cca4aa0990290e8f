import { setTimeout as sleep } from 'node:timers/promises';

export interface RepeatOptions {
  everyMs: number;
  /** Before the first turn; none by default. */
  firstAfterMs?: number;
  /** Sees to its own errors. */
  turn: (signal: AbortSignal) => Promise<void>;
}

export interface Repetition {
  /** Waits for the turn in hand, which is told by its signal. */
  stop: () => Promise<void>;
}

/** Takes turns, with a pause after each, until it is stopped. */
export function repeat({ everyMs, firstAfterMs = 0, turn }: RepeatOptions): Repetition {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    for (let pauseMs = firstAfterMs; ; pauseMs = everyMs) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await turn(signal);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
