import { SECURITY_HEADERS } from '@anb/service-kit/browsers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type ApiDocument, type RoutedOperation, standAlone } from '../../scripts/collection/api.ts';
import type { Answer } from './requests.ts';
import type { JsonSchema } from './schemas.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

const ALWAYS = [...Object.keys(SECURITY_HEADERS), 'X-Request-Id'];

/** What is wrong with an operation's answers, by the document. */
export function judgeOf(document: ApiDocument, operation: RoutedOperation): (answer: Answer) => string[] {
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (status: string, schema: object) => {
    const known = validators.get(status) ?? ajv.compile(closed(standAlone(document, schema) as JsonSchema));
    validators.set(status, known);
    return known;
  };

  return function judge({ status, headers, text }) {
    if (status >= 500) return [`answered ${status}`];
    const documented = operation.responses[status];
    if (!documented) return [`${status} is not documented`];
    const missing = [...ALWAYS, ...requiredHeaders(documented.headers)]
      .filter((name) => headers[name.toLowerCase()] === undefined)
      .map((name) => `${status} comes without ${name}`);
    const contents = Object.entries(documented.content ?? {});
    const isSent = ([type]: [string, unknown]) => headers['content-type']?.startsWith(type);
    const [type, content] = contents.find(isSent) ?? contents[0] ?? [];
    if (!type || !content) return [...missing, ...(text === '' ? [] : [`${status} comes with a body`])];
    if (!headers['content-type']?.startsWith(type))
      return [...missing, `${status} comes as ${headers['content-type']}`];
    const body = type === 'text/event-stream' ? /^data: (.*)$/m.exec(text)?.[1] : text;
    if (!type.includes('json') && type !== 'text/event-stream') return missing;
    return [
      ...missing,
      ...problemsOf(validatorOf(String(status), content.schema), body ?? '', status, headers),
    ];
  };
}

const requiredHeaders = (headers: Record<string, { required?: boolean }> = {}) =>
  Object.keys(headers).filter((name) => headers[name]?.required);

function problemsOf(
  validate: ValidateFunction,
  text: string,
  status: number,
  headers: Answer['headers'],
): string[] {
  const body = parsed(text);
  if (body === undefined) return [`${status} is no JSON`];
  if (!validate(body)) return [`${status} is not as documented: ${ajv.errorsText(validate.errors)}`];
  if (status < 400) return [];
  const { code, error, request_id } = body as Record<string, unknown>;
  return [
    ...(/^[a-z]+(_[a-z]+)*$/.test(String(code)) ? [] : [`${status} has the code ${code}`]),
    ...(String(error).length >= 10 ? [] : [`${status} has no sentence`]),
    ...(request_id === headers['x-request-id'] ? [] : [`${status} has another request_id than its header`]),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** So that a field that nobody documented is found; what `allOf` puts together is closed as a whole. */
function closed(schema: JsonSchema, isPart = false): JsonSchema {
  const inner = Object.entries(schema).map(([key, value]) => {
    if (key === 'properties')
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, field]) => [name, closed(field as JsonSchema)])),
      ];
    if (Array.isArray(value) && key.endsWith('Of'))
      return [key, value.map((part) => closed(part, key === 'allOf'))];
    return [key, key === 'items' ? closed(value) : value];
  });
  const isWhole = !isPart && (schema.properties || schema.allOf);
  return { ...(isWhole && { unevaluatedProperties: false }), ...Object.fromEntries(inner) };
}
