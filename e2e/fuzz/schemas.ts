import fc, { type Arbitrary } from 'fast-check';

/** A schema without references, as the document has it. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: JsonSchema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  minimum?: number;
  maximum?: number;
}

/** Stands for the bytes of a clip. */
export const CLIP = '\u0000clip';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzáéíóúñABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -,.🏀漢'];

/** Values that the schema takes. */
export function fitting(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(fitting));
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object':
      return fittingObject(schema);
    case 'array':
      return fc.array(fitting(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 1_000_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fittingText(schema);
  }
}

function fittingObject({ properties = {}, required = [] }: JsonSchema): Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).map(([name, field]) => [name, fitting(field)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

function fittingText({ format, pattern, minLength = 1, maxLength = 50 }: JsonSchema): Arbitrary<string> {
  if (format === 'binary') return fc.constant(CLIP);
  if (format === 'uuid') return fc.uuid({ version: 4 });
  if (format === 'email') return fc.stringMatching(/^[a-z]{8,16}$/).map((name) => `${name}@example.com`);
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'uri') return fc.webUrl();
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return (
    fc
      // Letters of two units each must fit as well, and none be lost at the ends.
      .array(fc.constantFrom(...LETTERS), {
        minLength,
        maxLength: Math.max(minLength, Math.floor(maxLength / 2)),
      })
      .map((letters) => letters.join('').replace(/^ | $/g, 'x'))
  );
}

const NASTY = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '\u202e', '\ufeff', 'e\u0301'.repeat(300)],
  ...["' or 1=1 --", '"; drop table votes; --', '%00', '%s%n', '<script>alert(1)</script>'],
  ...['../../etc/passwd', '__proto__', 'constructor', 'null', 'undefined', 'NaN', '1e309', '-0'],
  ...['a'.repeat(10_000), '👩‍👩‍👧‍👦'.repeat(50), '\r\nSet-Cookie: a=b', 'true', '0x10', '９'],
  ...[
    '00000000-0000-0000-0000-000000000000',
    '2026-13-45T99:99:99Z',
    'a@b',
    `${'a'.repeat(300)}@example.com`,
  ],
];

export const nastyText = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 60 }));

/** Values that somebody sends who means ill, or whose program is broken. */
export const nasty: Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { $ne: '' }, { length: 1 }),
  fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MIN_VALUE),
  fc.constant(tower(500)),
  fc.jsonValue(),
);

function tower(height: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < height; level++) value = level % 2 ? [value] : { a: value };
  return value;
}
