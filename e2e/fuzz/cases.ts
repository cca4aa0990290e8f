import fc, { type Arbitrary } from 'fast-check';
import { type ApiDocument, type RoutedOperation, standAlone } from '../../scripts/collection/api.ts';
import { fitting, type JsonSchema, nasty, nastyText } from './schemas.ts';

/** Who asks: whose thing it is, another player, or nobody that we know. */
export type Caller = { who: 'owner' } | { who: 'stranger' } | { who: 'nobody'; authorization?: string };

/** What is done to a body that would be taken. */
export type Spoiling =
  | { drop: string }
  | { put: string; value: unknown }
  | { whole: unknown }
  | { text: string }
  | { headers: Record<string, string> };

/** A request, but for the things of this run that it needs: see recipes.ts. */
export interface Case {
  caller: Caller;
  /** Parameters of the path that are not the recipe's, escaped already. */
  path: Record<string, string>;
  query: string[];
  headers: Record<string, string>;
  body?: Record<string, unknown>;
  spoiling?: Spoiling;
}

const TOO_LARGE = 70_000;
const owner: Caller = { who: 'owner' };
const FORGED = [
  ...[
    'Bearer ',
    'Bearer abc',
    'Bearer a.b.c',
    'Basic YTpi',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'bearer',
    '¿',
  ],
  ...[
    `Bearer ${'a'.repeat(4000)}`,
    'Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLy4uL2V0YyJ9.eyJzdWIiOiIxIn0.AAAA',
  ],
];
const stranger = fc.oneof(
  fc.constant<Caller>({ who: 'stranger' }),
  fc.constant<Caller>({ who: 'nobody' }),
  fc.constantFrom(...FORGED).map((authorization): Caller => ({ who: 'nobody', authorization })),
);
/** None that makes another path of it. */
const nastySegment = fc.oneof(
  fc.constantFrom(
    '%00',
    '%ff',
    '%',
    '%zz',
    '%2f',
    '%5c',
    '42',
    '-1',
    '1e309',
    '{video_id}',
    'a'.repeat(2000),
  ),
  fc.uuid(),
  fc.uuid({ version: 4 }).map((id) => id.toUpperCase()),
  nastyText.map(escaped).filter((text) => text !== '' && !text.startsWith('.')),
);

/** Half of an operation's cases should be taken; the others have one thing wrong with them. */
export function casesOf(document: ApiDocument, operation: RoutedOperation): Arbitrary<Case> {
  const { parameters = [], requestBody, security } = operation;
  const schemaOf = (schema: object) => standAlone(document, schema) as JsonSchema;
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const fields = body && schemaOf(body.schema);
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place);

  const sound: Arbitrary<Case> = fc.record(
    {
      caller: fc.constant<Caller>(security ? owner : { who: 'nobody' }),
      path: fc.constant({}),
      query: queryOf(
        named('query').map((parameter) => ({ ...parameter, schema: schemaOf(parameter.schema) })),
      ),
      headers: headersOf(named('header').map(({ name }) => name)),
      body: fields
        ? (fitting(fields) as Arbitrary<Record<string, unknown>>)
        : fc.constant(undefined as never),
    },
    { requiredKeys: fields ? undefined : ['caller', 'path', 'query', 'headers'] },
  );

  const query = named('query').map(({ name }) => name);
  const wrong: Arbitrary<Partial<Case>>[] = [
    stranger.map((caller) => ({ caller })),
    nastyQuery(query).map((nasty) => ({ query: nasty })),
    ...named('path').map(({ name }) => nastySegment.map((segment) => ({ path: { [name]: segment } }))),
    ...named('header').map(({ name }) =>
      fc.string({ maxLength: 200 }).map((value) => ({ headers: { [name]: value.trim() } })),
    ),
    // Bodies go wrong in the most ways.
    ...(type && fields ? Array(3).fill(spoilings(type, fields).map((spoiling) => ({ spoiling }))) : []),
  ];
  return fc
    .tuple(sound, fc.option(fc.oneof(...wrong), { freq: 2 }))
    .map(([right, change]) => ({ ...right, ...change }));
}

const headersOf = (names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom('*', '"a"', 'W/"b", "c"')])), {
    requiredKeys: [],
  }) as Arbitrary<Record<string, string>>;

function queryOf(
  parameters: { name: string; required?: boolean; schema: JsonSchema }[],
): Arbitrary<string[]> {
  const pairs = parameters.map(({ name, required, schema }) => {
    const pair = fitting(schema).map((value) => `${name}=${encodeURIComponent(String(value))}`);
    return required ? pair : fc.option(pair);
  });
  return fc.tuple(...pairs).map((given) => given.filter((pair) => pair !== null));
}

const nastyQuery = (names: string[]) =>
  fc.array(
    fc
      .tuple(fc.constantFrom('extra', '__proto__', ...names, ...names), nastyText.map(escaped))
      .map(([name, value]) => `${name}=${value}`)
      .chain((pair) => fc.constantFrom(pair, `${pair}&${pair}`, `${pair}%`, `${pair}%ff`)),
    { minLength: 1, maxLength: 2 },
  );

function spoilings(type: string, { properties = {} }: JsonSchema): Arbitrary<Spoiling> {
  const names = fc.constantFrom(...Object.keys(properties), '__proto__', 'extra');
  const isForm = type.startsWith('multipart');
  const others = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'x',
    '',
  ];
  const otherType = fc.constantFrom(
    ...others,
    isForm ? 'application/json' : 'multipart/form-data; boundary=fuzz',
  );
  return fc.oneof(
    names.map((drop) => ({ drop })),
    { weight: 4, arbitrary: fc.record({ put: names, value: nasty }) },
    fc.record({ whole: nasty }),
    fc.record({
      text: fc.constantFrom('', '{', '[', '"', 'nul', '{"a":1e309}', '\u0000', '--fuzz--', '--fuzz\r\n\r\n'),
    }),
    fc.record({ text: nastyText }),
    fc.constant({ put: 'padding', value: 'x'.repeat(TOO_LARGE) }),
    otherType.map((contentType) => ({ headers: { 'content-type': contentType } })),
    fc.constant({ headers: { 'content-encoding': 'gzip' } }),
  );
}

/** Longer ones would be refused for the length of the address alone, by any server. */
function escaped(text: string): string {
  return encodeURIComponent(text.slice(0, 200).toWellFormed());
}
