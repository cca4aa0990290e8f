/** What is read of the OpenAPI document. */
export interface ApiDocument {
  info: { title: string; description: string; version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Answer>;
}

export interface Answer {
  description: string;
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, { schema: Schema }>;
}

export interface Schema {
  $ref?: string;
  format?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

export interface RoutedOperation extends Operation {
  method: string;
  path: string;
}

export function operationsOf(document: ApiDocument): RoutedOperation[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method, path })),
  );
}

const SCHEMAS = '#/components/schemas/';

/** @throws when the document has no such schema */
export function resolve(document: ApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = schema.$ref.startsWith(SCHEMAS)
    ? document.components.schemas[schema.$ref.slice(SCHEMAS.length)]
    : undefined;
  if (!found) throw new Error(`${schema.$ref} leads nowhere.`);
  return found;
}

/** The schema without references and without what is for readers only, so that it can stand alone. */
export function standAlone(document: ApiDocument, schema: Schema): Schema {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(resolve(document, value)).filter(
      ([key, inner]) => !['description', 'example'].includes(key) || typeof inner === 'object',
    );
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  return strip(schema) as Schema;
}

/** Beside the collection, as Postman and newman look for it. */
const SAMPLE_FILE = 'sample.mp4';

/**
 * The fields of an object as its schema's examples fill them.
 * @throws when a required field has none
 */
export function exampleOf(document: ApiDocument, schema: Schema): Record<string, unknown> {
  const { properties = {}, required = [] } = resolve(document, schema);
  const filled = Object.entries(properties).flatMap(([name, field]) => {
    const { format, example = format === 'binary' ? SAMPLE_FILE : undefined } = resolve(document, field);
    if (example === undefined && required.includes(name)) throw new Error(`${name} has no example.`);
    return example === undefined ? [] : [[name, example] as const];
  });
  return Object.fromEntries(filled);
}
