import { z } from '@hono/zod-openapi';
import type { FieldProblem } from './errors.ts';

/** A page number beyond this is a mistake or an attack, not a reader. */
const MAX_PAGE = 1_000_000;

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** Postgres takes no NUL; breaks of line and changes of direction would alter what stands beside the text. */
export const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}]/u;

/** Text as people type it, in one line: trimmed, something to see, no control characters, no half surrogates. */
export const line = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((value) => !CONTROL.test(value) && value.isWellFormed(), 'must not hold control characters')
    .refine((value) => value === '' || VISIBLE.test(value), 'must hold something to read');

/** Of ASCII alone, so that upper and lower case are the same to everybody. */
export const emailAddress = () =>
  z
    .string()
    .trim()
    .max(254)
    .pipe(z.email())
    .openapi({ type: 'string', format: 'email', example: 'valentina@example.com' });

/** `page` and `limit` of a list, in the query. */
export const paging = {
  page: wholeNumber(1, MAX_PAGE)
    .default(1)
    .openapi({
      param: { description: 'Which page, from 1.' },
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE,
      default: 1,
    }),
  limit: wholeNumber(1, 100)
    .default(50)
    .openapi({
      param: { description: 'Rows a page.' },
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 50,
    }),
};

export const videoId = z
  .uuid()
  .transform((id) => id.toLowerCase())
  .openapi({ type: 'string', format: 'uuid', example: '6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f' });

/** Words a schema's complaint as a person would, to follow the field's name. */
export function describeIssue(issue: z.core.$ZodIssue): FieldProblem {
  return { field: issue.path.join('.') || 'body', message: complaint(issue) };
}

/** undefined: a bound of the value, not of a size. */
const sized = (origin: string, count: number | bigint) => {
  const unit = { string: ['character', 'characters'], array: ['entry', 'entries'] }[origin];
  return unit && `${count} ${unit[Number(count) === 1 ? 0 : 1]}`;
};

const TYPES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function complaint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small': {
      const size = sized(issue.origin, issue.minimum);
      return size ? `must have at least ${size}` : `must be at least ${issue.minimum}`;
    }
    case 'too_big': {
      const size = sized(issue.origin, issue.maximum);
      return size ? `must have at most ${size}` : `must be at most ${issue.maximum}`;
    }
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is required'
        : `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'invalid_format':
      if (issue.format === 'datetime')
        return 'must be a time with its offset, such as 2026-06-01T08:00:00-05:00';
      return issue.format === 'regex' ? issue.message : `must be a valid ${issue.format}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}
