import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Logger } from './log.ts';

export interface SamplerOptions<T> {
  /** Named in the log. */
  what: string;
  read: (signal: AbortSignal) => Promise<T>;
  log: Logger;
  registry: Registry;
  everyMs?: number;
}

const EVERY_MS = 15_000;

/**
 * Asks regularly for what must be asked over the network, so that a scrape never waits for it. What was read is
 * shown for three turns: when nothing newer came the series disappear, because an old value would lie.
 */
export class Sampler<T> {
  readonly #options: SamplerOptions<T>;
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  #sample: T | undefined;
  #readAt = 0;

  constructor(options: SamplerOptions<T>) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? EVERY_MS;
  }

  /** A gauge of the last sample; `show` sets its series. */
  gauge<L extends string = never>(
    options: { name: string; help: string; labelNames?: L[] },
    show: (gauge: Gauge<L>, sample: T) => void,
  ): void {
    const current = () => this.#current();
    new Gauge<L>({
      ...options,
      registers: [this.#options.registry],
      collect() {
        forget(this);
        const sample = current();
        if (sample !== undefined) show(this, sample);
      },
    });
  }

  start(): void {
    void this.#run();
  }

  /** Waits for nothing: a read under way ends with what it reads from. */
  stop(): void {
    this.#stop.abort();
  }

  #current(): T | undefined {
    return performance.now() - this.#readAt < 3 * this.#everyMs ? this.#sample : undefined;
  }

  async #run(): Promise<void> {
    const { what, read, log } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#sample = await read(AbortSignal.any([signal, AbortSignal.timeout(this.#everyMs)]));
        this.#readAt = performance.now();
      } catch (error) {
        if (!signal.aborted)
          log.warn(
            { err: error },
            `${what} not read; its gauges show the last sample until it is three turns old`,
          );
      }
      await sleep(this.#everyMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** Takes every series away; `reset` alone leaves a 0 where there are no labels. */
function forget(gauge: Gauge<string>): void {
  gauge.reset();
  gauge.remove({});
}
