/**
 * One description, two outputs. Objects are described with placeholders in them: `evaluate` fills in the default
 * values (plain manifests), `print` writes Helm expressions (the chart's templates).
 */
export abstract class Placeholder {}

/** A Helm expression and what it is under the default values. */
export class Expression<T = unknown> extends Placeholder {
  readonly source: string;
  readonly plain: T;

  /** @param source without braces, as in `.Values.publicUrl` */
  constructor(source: string, plain: T) {
    super();
    this.source = source;
    this.plain = plain;
  }
}

/** A piece of text with expressions in it. */
export class Text extends Placeholder {
  readonly parts: readonly (string | Expression)[];

  constructor(parts: readonly (string | Expression)[]) {
    super();
    this.parts = parts;
  }
}

/** Present only when the condition holds. */
export class Gate extends Placeholder {
  readonly condition: Expression;
  readonly body: unknown;

  constructor(condition: Expression, body: unknown) {
    super();
    this.condition = condition;
    this.body = body;
  }
}

/** A list item for each entry of a list. */
export class Each extends Placeholder {
  readonly list: Expression<readonly unknown[]>;
  readonly body: (entry: Expression) => unknown;

  constructor(list: Expression<readonly unknown[]>, body: (entry: Expression) => unknown) {
    super();
    this.list = list;
    this.body = body;
  }
}

/** All entries of a map or items of a list, among others. */
export class Spread extends Placeholder {
  readonly of: Expression;

  constructor(of: Expression) {
    super();
    this.of = of;
  }
}

/** What may stand where a T is expected. */
export type Templated<T> =
  | Placeholder
  | (T extends readonly (infer E)[]
      ? readonly Templated<E>[]
      : T extends { readonly value: string | number } | Date
        ? string | number
        : T extends object
          ? { readonly [K in keyof T]: Templated<T[K]> }
          : T);

export const text = (strings: TemplateStringsArray, ...holes: (Expression | Text | string)[]): Text =>
  new Text(
    strings.flatMap((part, i) => {
      const hole = holes[i] ?? '';
      return [part, ...(hole instanceof Text ? hole.parts : [hole])];
    }),
  );

export const when = (condition: Expression, body: unknown) => new Gate(condition, body);
export const each = <T>(list: Expression<readonly T[]>, body: (entry: Expression<T>) => unknown) =>
  new Each(list, body as (entry: Expression) => unknown);

let spreads = 0;
/** The entries of a map value: `{ ...entriesOf(value) }`. */
export const entriesOf = (value: Expression): Record<string, Placeholder> => ({
  [`${SPREAD}${spreads++}`]: new Spread(value),
});
/** The items of a list value: `[...itemsOf(value)]`. */
export const itemsOf = (value: Expression): Placeholder[] => [new Spread(value)];
export const SPREAD = '$spread';

const operand = ({ source }: Expression) => (/^[\w.$]+$/.test(source) ? source : `(${source})`);

export const not = (a: Expression) => new Expression(`not ${operand(a)}`, !truthy(a.plain));
export const both = (a: Expression, b: Expression) =>
  new Expression(`and ${operand(a)} ${operand(b)}`, truthy(a.plain) && truthy(b.plain));

/** As Helm sees it: 0, '', [], {} and nothing are false. */
export function truthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
