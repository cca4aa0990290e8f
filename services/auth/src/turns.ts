import { unavailable } from '@anb/service-kit/errors';

/** Waiting behind more than this takes longer than a person waits. */
const MAX_WAITING = 300;

/** So many at a time of each key, in the order in which they come. */
export class Turns {
  readonly #atOnce: number;
  readonly #lines = new Map<string, { atWork: number; waiting: (() => void)[] }>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * @param work is told whether it had to wait
   * @throws ApiError 503 when the line is too long
   */
  async take<Result>(key: string, work: (waited: boolean) => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(key) ?? { atWork: 0, waiting: [] };
    this.#lines.set(key, line);
    const waited = line.atWork === this.#atOnce;
    if (!waited) line.atWork++;
    else if (line.waiting.length >= MAX_WAITING) throw unavailable();
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      return await work(waited);
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else if (--line.atWork === 0) this.#lines.delete(key);
    }
  }
}
