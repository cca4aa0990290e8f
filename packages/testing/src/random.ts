/** Choices that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  /** Whoever chooses has a name, so that nobody's choices depend on when another one chose. */
  constructor(seed: number, name: string) {
    this.#state = seed >>> 0;
    for (const letter of name) this.#state = (Math.imul(this.#state, 31) + letter.charCodeAt(0)) >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined) throw new Error('there is nothing to pick from');
    return choice;
  }

  shuffle<T>(things: readonly T[]): T[] {
    const keyed = things.map((thing) => ({ thing, key: this.next() }));
    return keyed.toSorted((a, b) => a.key - b.key).map(({ thing }) => thing);
  }
}
