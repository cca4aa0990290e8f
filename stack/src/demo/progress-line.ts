const PLAIN_EVERY_MS = 5000;

/** A line that is rewritten while work goes on; where there is no terminal, a new line now and then. */
export class ProgressLine {
  readonly #label: string;
  readonly #out: NodeJS.WriteStream;
  #writtenAt = Date.now();

  constructor(label: string, out: NodeJS.WriteStream = process.stdout) {
    this.#label = label;
    this.#out = out;
  }

  update(text: string): void {
    // A line that wraps could not be rewritten.
    const rewritable = `${this.#label}${text}`.slice(0, (this.#out.columns || 80) - 1);
    if (this.#out.isTTY) return void this.#out.write(`\r${rewritable}\x1b[K`);
    if (Date.now() - this.#writtenAt < PLAIN_EVERY_MS) return;
    this.#writtenAt = Date.now();
    this.#out.write(`${this.#label}${text}\n`);
  }

  end(text: string): void {
    this.#out.write(`${this.#out.isTTY ? '\r\x1b[K' : ''}${this.#label}${text}\n`);
  }
}

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

export const secondsSince = (start: number) => `${((Date.now() - start) / 1000).toFixed(1)} s`;
