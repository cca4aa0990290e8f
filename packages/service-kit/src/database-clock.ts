/** A reading that took longer says too little, unless it is the first. */
const CLEAR_MS = 1000;

/** The database's time, as of its last reading: no machine's own clock matters, nor its jumps. */
export class DatabaseClock {
  /** What it is ahead of `performance.now()`. */
  #offset: number | undefined;

  get isKnown(): boolean {
    return this.#offset !== undefined;
  }

  /** @param askedAt by `performance.now()`, before the statement that answered `now` a moment ago */
  read(now: Date, askedAt: number): void {
    const answeredAt = performance.now();
    if (this.isKnown && answeredAt - askedAt >= CLEAR_MS) return;
    this.#offset = now.getTime() - (askedAt + answeredAt) / 2;
  }

  /** Milliseconds; those of this process while `isKnown` is false. */
  now(): number {
    return performance.now() + (this.#offset ?? 0);
  }
}
