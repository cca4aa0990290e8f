import { once } from 'node:events';
import { createWriteStream, openSync, rmSync, type WriteStream } from 'node:fs';
import type { Kind } from './columns.ts';

export interface Remark {
  kind: Kind;
  line: number;
  /** The dump's own; '' where there is none. */
  id: string;
  outcome: 'refused' | 'merged' | 'mended' | 'no password' | 'new password' | 'no file';
  reason: string;
}

/** A CSV file of every row that was not taken as it stands. It names old ids, no address and no password. */
export class Report {
  readonly path: string;
  readonly #out: WriteStream;

  constructor(path: string) {
    this.path = path;
    rmSync(path, { force: true }); // a mode is given to new files only
    this.#out = createWriteStream('', { fd: openSync(path, 'w', 0o600) });
    this.#out.write('kind,line,id,outcome,reason\n');
  }

  async add({ kind, line, id, outcome, reason }: Remark): Promise<void> {
    const fields = [kind, line, id, outcome, reason].map((field) => quoted(String(field)));
    if (!this.#out.write(`${fields.join(',')}\n`)) await once(this.#out, 'drain');
  }

  async close(): Promise<void> {
    this.#out.end();
    await once(this.#out, 'close');
  }
}

const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
