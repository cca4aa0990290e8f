import { isIP } from 'node:net';
import type { z } from 'zod';

/** Tests for the values of annotations, which are texts whatever they mean. */
export type Check = (value: string) => boolean;

export const anything: Check = (value) => value.trim() !== '';
export const like =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(value);
export const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value);
export const integer =
  (least: number, most: number): Check =>
  (value) =>
    /^-?\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
export const either =
  (...checks: Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));
export const list =
  (check: Check): Check =>
  (value) =>
    value.split(',').every((item) => check(item.trim()));
export const json =
  (schema: z.ZodType): Check =>
  (value) => {
    try {
      return schema.safeParse(JSON.parse(value)).success;
    } catch {
      return false;
    }
  };
const pairs = (value: string) => value.split(',').map((pair) => pair.trim().split(/=(.*)/s).slice(0, 2));
/** `k1=v1,k2=v2` with any keys. */
export const anyMap: Check = (value) =>
  pairs(value).every(([key, item]) => Boolean(key) && item !== undefined);
/** `k1=v1,k2=v2` with known keys only, each once. */
export const mapOf =
  (attributes: Record<string, Check>): Check =>
  (value) => {
    const found = pairs(value);
    const isEachOnce = new Set(found.map(([key]) => key)).size === found.length;
    return (
      isEachOnce && found.every(([key = '', item]) => item !== undefined && attributes[key]?.(item) === true)
    );
  };

export const boolean = oneOf('true', 'false');
export const port = integer(1, 65535);
export const arn = (service: string, resource: string) =>
  like(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource}$`));
export const cidr: Check = (value) => {
  const [address = '', bits = '', ...more] = value.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && integer(0, family === 4 ? 32 : 128)(bits);
};
