import { setTimeout as sleep } from 'node:timers/promises';
import { Away } from '@anb/api-client/api';

export type Say = (line: string) => void;

/** A row of steps that each say how they went, and what must be undone whatever happens. */
export class Steps {
  readonly #say: Say;
  readonly #undo: { name: string; undo: () => Promise<unknown> }[] = [];
  #failed = false;

  constructor(say: Say) {
    this.#say = say;
  }

  /** @throws what the step threw, after it was said */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      const result = await work();
      this.#say(`ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      return result;
    } catch (error) {
      this.#failed = true;
      this.#say(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
      throw error;
    }
  }

  skip(name: string, reason: string): void {
    this.#say(`skip  ${name}: ${reason}`);
  }

  note(text: string): void {
    this.#say(`      ${text}`);
  }

  /** To be done after the last step, or after the one that failed; the last named is the first done. */
  atEnd(name: string, undo: () => Promise<unknown>): void {
    this.#undo.push({ name, undo });
  }

  /** @returns whether every step went well */
  async run(work: (steps: Steps) => Promise<void>): Promise<boolean> {
    // Each failure has been said by its step.
    await work(this).catch(() => {
      this.#failed = true;
    });
    for (const { name, undo } of this.#undo.splice(0).reverse()) await this.step(name, undo).catch(() => {});
    return !this.#failed;
  }
}

/** Tries until the answer is right, for so long; throws what the last try threw. */
export async function eventually<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Away || performance.now() > deadline) throw error;
    }
    await sleep(200);
  }
}
