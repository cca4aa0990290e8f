import { CONTROL, line } from '@anb/service-kit/input';
import type { RawRow } from './dump.ts';
import { readTime } from './time.ts';

const YES = /^(t|true|1|y|yes|si|sí|verdadero)$/i;
const NO = /^(f|false|0|n|no|falso)$/i;
const CONTROLS = new RegExp(`${CONTROL.source}+`, 'gu');
const MAX_ID = 200;

/** A row of a dump, read column by column; what is wrong with it, and what was mended, is gathered. */
export class Row {
  readonly line: number;
  readonly problems: string[] = [];
  readonly mended: string[] = [];
  readonly #values: readonly (string | null)[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #defaults: ReadonlyMap<string, string> | undefined;

  constructor(
    { line, values }: RawRow,
    places: ReadonlyMap<string, number>,
    width: number,
    defaults?: ReadonlyMap<string, string>,
  ) {
    this.line = line;
    this.#values = values;
    this.#places = places;
    this.#defaults = defaults;
    if (values.length !== width) this.problems.push(`has ${values.length} fields instead of ${width}`);
  }

  /** As it stands, without blanks around it; '' when there is none. */
  raw(column: string): string {
    const value = this.#values[this.#places.get(column) ?? -1]?.trim();
    return value || (this.#defaults?.get(column) ?? '');
  }

  /** The dump's own id of a person or a video. */
  id(column: string): string {
    const id = this.raw(column);
    if (!id) this.#refuse(column, 'is empty');
    if (id.length > MAX_ID || /\p{Cc}/u.test(id)) this.#refuse(column, 'is no id');
    return id;
  }

  /** A text that the services would take: control characters become blanks, what is too long is cut. */
  text(column: string, min: number, max: number, lengthen = (text: string) => text): string {
    const given = this.raw(column);
    const clean = given.replace(CONTROLS, ' ').trim();
    const whole = clean.length < min ? lengthen(clean) : clean;
    const text = cut(whole, max);
    if (!line(min, max).safeParse(text).success) this.#refuse(column, `has less than ${min} characters`);
    if (text !== given) this.mended.push(column);
    return text;
  }

  /** null when there is none. */
  time(column: string): string | null {
    const value = this.raw(column);
    if (!value) return null;
    const time = readTime(value);
    if (!time) this.#refuse(column, 'is no time from 1970 to 2100');
    return time ?? null;
  }

  /** Whether it says yes; a time says that it has happened. */
  flag(column: string): boolean {
    const value = this.raw(column);
    if (!value || NO.test(value)) return false;
    if (YES.test(value) || readTime(value)) return true;
    this.#refuse(column, 'is neither yes nor no');
    return false;
  }

  #refuse(column: string, why: string): void {
    this.problems.push(`${column} ${why}`);
  }
}

/** Not within a character. */
const cut = (text: string, max: number) =>
  text
    .slice(0, max)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
