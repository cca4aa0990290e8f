import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createLog } from '@anb/service-kit/log';
import { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { createApp as createAuth, type Dependencies as OfAuth } from '../services/auth/src/app.ts';
import { createApp as createVideos, type Dependencies as OfVideos } from '../services/videos/src/app.ts';
import { createApp as createVotes, type Dependencies as OfVotes } from '../services/votes/src/app.ts';
import { type ApiDocument, type Operation, operationsOf, resolve, type Schema } from './collection/api.ts';
import { makeCollection, makeEnvironment } from './collection/collection.ts';

const about = {
  openapi: '3.1.0',
  info: {
    title: 'ANB Rising Stars Showcase',
    version: manifest.version,
    description:
      'Players upload clips, a worker turns each into a showcase clip, the public votes, ' +
      'and the most voted of each city go to the final. Every refusal has the shape of `Error`.',
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'auth', description: 'Accounts, sessions and the keys that sign access tokens.' },
    { name: 'videos', description: 'Clips: upload, the player’s own, the public catalogue and its media.' },
    { name: 'votes', description: 'Votes, the ranking and the contest.' },
  ],
};

/** Each service's own word on its routes. Nothing is called but the route table, so nothing has to be there. */
export function describeServices(): Record<'auth' | 'videos' | 'votes', ApiDocument> {
  const nothing = () => ({ log: createLog('openapi', 'silent'), registry: new Registry() });
  const described = (app: { getOpenAPI31Document: (config: typeof about) => unknown }) =>
    JSON.parse(JSON.stringify(app.getOpenAPI31Document(about)));
  return {
    auth: described(createAuth({ ...nothing(), publicUrl: 'http://127.0.0.1' } as OfAuth)),
    videos: described(createVideos(nothing() as OfVideos)),
    votes: described(createVotes(nothing() as OfVotes)),
  };
}

/**
 * One document for all services, in an order that depends on names only.
 * @throws when services contradict each other or an operation is not described in full
 */
export function describeApi(services: ApiDocument[] = Object.values(describeServices())): ApiDocument {
  const paths: ApiDocument['paths'] = {};
  const schemas: Record<string, Schema> = {};
  const taken = new Set<string>();
  for (const service of services) {
    for (const { path, method, ...operation } of operationsOf(service)) {
      const place = `${method} ${path.replaceAll(/\{.*?\}/g, '{}')}`;
      if (taken.has(place)) throw new Error(`Two routes answer ${method.toUpperCase()} ${path}.`);
      taken.add(place);
      paths[path] = { ...paths[path], [method]: operation };
    }
    for (const [name, schema] of Object.entries(service.components.schemas)) {
      if (!isDeepStrictEqual(schemas[name] ?? schema, schema)) {
        throw new Error(`Services differ in what ${name} is.`);
      }
      schemas[name] = schema;
    }
  }
  const document = {
    ...about,
    paths: byName(paths),
    components: {
      schemas: byName(schemas),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `access_token` that signing in answers.',
        },
      },
    },
  };
  const gaps = findGaps(document);
  if (gaps.length > 0) throw new Error(`The document is not complete:\n${gaps.join('\n')}`);
  return document;
}

const byName = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function findGaps(document: ApiDocument): string[] {
  for (const ref of JSON.stringify(document).matchAll(/"\$ref":"(.*?)"/g))
    resolve(document, { $ref: ref[1] });
  const ids = new Set<string>();
  return operationsOf(document).flatMap((operation) => {
    const repeated = ids.has(operation.operationId);
    ids.add(operation.operationId);
    const gaps = [...gapsOf(operation, document), ...(repeated ? ['its operationId is taken'] : [])];
    return gaps.map((gap) => `${operation.method} ${operation.path}: ${gap}`);
  });
}

function gapsOf(operation: Operation & { path: string }, { tags, components }: ApiDocument): string[] {
  const { operationId, summary, security = [], parameters = [], responses } = operation;
  const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
  const gaps = {
    'has no operationId': !operationId,
    'has no summary': !summary,
    'has not one tag that is described':
      operation.tags.length !== 1 || !tags.some(({ name }) => name === operation.tags[0]),
    'documents no refusal': refusals.length === 0,
    'has a refusal that is no Error': refusals.some(
      ([, { content }]) => content?.['application/json']?.schema.$ref !== '#/components/schemas/Error',
    ),
    'needs a sign-in that is not described': security
      .flatMap(Object.keys)
      .some((name) => !(name in components.securitySchemes)),
    'has security without 401': security.length > 0 && !responses[401],
    'has other parameters than its path': !isDeepStrictEqual(
      inPath.sort(),
      (operation.path.match(/\{.*?\}/g) ?? []).sort(),
    ),
    'has a parameter without schema': parameters.some(({ schema }) => !schema),
  };
  return Object.entries(gaps).flatMap(([gap, there]) => (there ? [gap] : []));
}

/** Everything that is generated, by its path in the repository. */
export function generate(): Record<string, string> {
  const document = describeApi();
  const files = {
    'services/auth/openapi.json': document,
    'collections/rising-stars.postman_collection.json': makeCollection(document),
    'collections/local.postman_environment.json': makeEnvironment(),
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]),
  );
}

/** The generated files that are not, or not so, below a folder. */
export function findDrift(folder: string): [path: string, content: string][] {
  return Object.entries(generate()).filter(([path, content]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const drift = findDrift(root);
  for (const [path, content] of drift) writeFileSync(join(root, path), content);
  console.log(drift.length > 0 ? `written: ${drift.map(([path]) => path).join(', ')}` : 'no change');
}
