import { z } from 'zod';
import { Expression } from './placeholders.ts';

/**
 * The chart's values are a tree of zod objects whose leaves have a default and a description. From it come
 * values.yaml, values.schema.json, the README's table and the references that the templates use.
 */
export type Section = z.ZodObject<z.ZodRawShape>;

/** The same tree, each leaf the Helm expression that reads it. */
export type References<S extends z.ZodType> =
  S extends z.ZodObject<infer Shape>
    ? { readonly [K in keyof Shape]: Shape[K] extends z.ZodType ? References<Shape[K]> : never }
    : Expression<z.output<S>>;

export const section = <S extends z.ZodRawShape>(description: string, shape: S) =>
  z.strictObject(shape).describe(description);

export const leaf = <T extends z.ZodType>(type: T, value: z.input<T>, description: string) =>
  type.default(value as never).describe(description) as z.ZodDefault<T>;

export const text = (value: string, description: string) => leaf(z.string(), value, description);
export const name = (value: string, description: string) => leaf(z.string().min(1), value, description);
export const pattern = (regex: RegExp, value: string, description: string) =>
  leaf(z.string().regex(regex), value, description);
export const flag = (value: boolean, description: string) => leaf(z.boolean(), value, description);
export const int = (min: number, max: number, value: number, description: string) =>
  leaf(z.int().min(min).max(max), value, description);
export const oneOf = <const T extends readonly [string, ...string[]]>(
  options: T,
  value: T[number],
  description: string,
) => leaf(z.enum(options), value, description);
/** A piece of a manifest that goes in as it is. */
export const block = (description: string, value: Record<string, unknown> = {}) =>
  leaf(z.record(z.string(), z.unknown()), value, description);
export const strings = (description: string, value: Record<string, string> = {}) =>
  leaf(z.record(z.string(), z.string()), value, description);
export const blocks = (description: string, value: Record<string, unknown>[] = []) =>
  leaf(z.array(z.record(z.string(), z.unknown())), value, description);
export const list = (type: z.ZodString, min: number, value: string[], description: string) =>
  leaf(z.array(type).min(min), value, description);

/** Expressions that read the values. */
export function references<S extends z.ZodType>(node: S, path = '.Values'): References<S> {
  if (!(node instanceof z.ZodObject)) return new Expression(path, defaultOf(node)) as References<S>;
  return Object.fromEntries(
    Object.entries(node.shape).map(([key, child]) => [key, references(child as z.ZodType, `${path}.${key}`)]),
  ) as References<S>;
}

export function defaultOf(node: z.ZodType): unknown {
  if (node instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(node.shape).map(([key, child]) => [key, defaultOf(child as z.ZodType)]),
    );
  return node.parse(undefined);
}
