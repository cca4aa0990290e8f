import { Each, Expression, Gate, Spread, Text, truthy } from './placeholders.ts';

const ABSENT = Symbol('absent');

/** What a tree of placeholders is under the default values. */
export function evaluate(node: unknown): unknown {
  if (node instanceof Expression) return node.plain;
  if (node instanceof Text) return node.parts.map((part) => String(evaluate(part))).join('');
  if (node instanceof Gate) return truthy(node.condition.plain) ? evaluate(node.body) : ABSENT;
  if (Array.isArray(node)) return node.flatMap(items);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).flatMap(entries));
}

function items(node: unknown): unknown[] {
  if (node instanceof Spread) return [...(node.of.plain as unknown[])];
  if (node instanceof Each)
    return node.list.plain.map((entry) => evaluate(node.body(new Expression('.', entry))));
  const value = evaluate(node);
  return value === ABSENT ? [] : [value];
}

function entries([key, node]: [string, unknown]): [string, unknown][] {
  if (node instanceof Spread) return Object.entries(node.of.plain as object);
  const value = evaluate(node);
  // The chart leaves out a block without content, too.
  const isEmptyBlock = node instanceof Expression && typeof value === 'object' && !truthy(value);
  return value === ABSENT || value === undefined || isEmptyBlock ? [] : [[key, value]];
}
