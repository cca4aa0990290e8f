import { type ApiDocument, exampleOf, operationsOf, type RoutedOperation, resolve } from './api.ts';
import { judgeScript } from './sandbox.ts';
import { scenario } from './scenario.ts';
import type { Chapter, Step } from './step.ts';

const HOW_TO_RUN =
  'Run all of it, in order, in the environment “ANB local”. The working directory of Postman (Settings) or newman ' +
  '(`--working-dir`) is the folder of this file, where the clip to upload is.';

/**
 * A Postman collection (v2.1) that plays the scenario: requests and expectations come from the document.
 * @throws when a step does something that the document does not know, or an operation is in no step
 */
export function makeCollection(document: ApiDocument, chapters: Chapter[] = scenario) {
  const operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));
  const steps = chapters.flatMap((chapter) => chapter.steps);
  const missed = [...operations.keys()].filter((id) => !steps.some(({ operation }) => operation === id));
  if (missed.length > 0) throw new Error(`No step of the scenario asks for ${missed.join(', ')}.`);

  const toItem = (step: Step) => {
    const operation = operations.get(step.operation);
    if (!operation) throw new Error(`${step.name}: there is no operation ${step.operation}.`);
    try {
      return makeItem(document, operation, step);
    } catch (error) {
      throw new Error(`${step.name} (${step.operation}): ${error instanceof Error ? error.message : error}`);
    }
  };
  const variables = new Set(['run', 'player_email', 'fan_email', ...steps.flatMap(capturedBy)]);
  return {
    info: {
      name: document.info.title,
      description: `${document.info.description}\n\n${HOW_TO_RUN}`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: chapters.map(({ name, steps }) => ({ name, item: steps.map(toItem) })),
    variable: [...variables].map((key) => ({ key, value: '' })),
  };
}

const capturedBy = ({ capture = {} }: Step) => Object.keys(capture);

/** Where `npm start` listens. */
export function makeEnvironment() {
  return {
    id: '5b0f3d1e-7c1d-4b57-9f0e-1a2b3c4d5e6f',
    name: 'ANB local',
    values: [{ key: 'baseUrl', value: 'http://127.0.0.1:8080', type: 'default', enabled: true }],
    _postman_variable_scope: 'environment',
  };
}

function makeItem(document: ApiDocument, operation: RoutedOperation, step: Step) {
  const documented = operation.responses[step.status];
  if (!documented) throw new Error(`${step.status} is not documented.`);
  const { headers = [], ...body } = makeBody(document, operation, step);
  const script = (listen: 'prerequest' | 'test', exec: string[]) => ({
    listen,
    script: { type: 'text/javascript', exec },
  });
  return {
    name: step.name,
    event: [
      ...(step.before ? [script('prerequest', step.before)] : []),
      script('test', judgeScript(document, step, documented)),
    ],
    protocolProfileBehavior: { followRedirects: false },
    request: {
      method: operation.method.toUpperCase(),
      description: [operation.summary, operation.description].filter(Boolean).join('. '),
      auth: step.as
        ? { type: 'bearer', bearer: [{ key: 'token', value: `{{${step.as}_token}}`, type: 'string' }] }
        : { type: 'noauth' },
      header: [...headers, ...keyed(documentedOnly(operation, 'header', step.headers))],
      ...body,
      url: makeUrl(operation, step),
    },
    response: [],
  };
}

const keyed = (values: Record<string, string>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

/** The values that a step gives, once it is sure that the document has them all and lacks none that it needs. */
function documentedOnly(
  { parameters = [] }: RoutedOperation,
  place: 'path' | 'query' | 'header',
  values: Record<string, string> = {},
) {
  const known = parameters.filter((parameter) => parameter.in === place);
  const unknown = Object.keys(values).filter((name) => !known.some((parameter) => parameter.name === name));
  const missing = known.filter(({ name, required }) => required && values[name] === undefined);
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} is not documented (${place}).`);
  if (missing.length > 0)
    throw new Error(`${missing.map(({ name }) => name).join(', ')} is missing (${place}).`);
  return values;
}

function makeUrl(operation: RoutedOperation, step: Step) {
  const path = operation.path.replaceAll(/\{(.*?)\}/g, ':$1').slice(1);
  const variable = keyed(documentedOnly(operation, 'path', step.params));
  const query = keyed(documentedOnly(operation, 'query', step.query));
  const search = query.map(({ key, value }) => `${key}=${value}`).join('&');
  return {
    raw: `{{baseUrl}}/${path}${search && `?${search}`}`,
    host: ['{{baseUrl}}'],
    path: path.split('/'),
    ...(query.length > 0 && { query }),
    ...(variable.length > 0 && { variable }),
  };
}

function makeBody(document: ApiDocument, { requestBody }: RoutedOperation, { body = {} }: Step) {
  const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (!mediaType || !content) {
    if (Object.keys(body).length > 0) throw new Error('no body is documented.');
    return {};
  }
  const { properties = {} } = resolve(document, content.schema);
  const unknown = Object.keys(body).filter((name) => !(name in properties));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} is not documented (body).`);
  const isFile = (name: string) => properties[name]?.format === 'binary';
  const fields = Object.entries({ ...exampleOf(document, content.schema), ...body }).filter(
    ([, value]) => value !== null,
  );
  if (mediaType === 'multipart/form-data') {
    const formdata = fields.map(([key, value]) =>
      isFile(key) ? { key, type: 'file', src: String(value) } : { key, type: 'text', value: String(value) },
    );
    return { body: { mode: 'formdata', formdata } };
  }
  return {
    headers: [{ key: 'Content-Type', value: mediaType }],
    body: {
      mode: 'raw',
      raw: JSON.stringify(Object.fromEntries(fields), null, 2),
      options: { raw: { language: 'json' } },
    },
  };
}
