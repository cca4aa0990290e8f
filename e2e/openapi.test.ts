import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceFor } from '@anb/topology';
import { describe, expect, test } from 'vitest';
import { type ApiDocument, operationsOf } from '../scripts/collection/api.ts';
import { makeCollection } from '../scripts/collection/collection.ts';
import type { Step } from '../scripts/collection/step.ts';
import { describeApi, describeServices, findDrift } from '../scripts/openapi.ts';

const document = describeApi();
const operations = operationsOf(document);
const services = Object.entries(describeServices());

describe('the generated files', () => {
  test('are committed as the routes say (npm run openapi)', () => {
    expect(findDrift(join(import.meta.dirname, '..')).map(([path]) => path)).toEqual([]);
  });

  test('are named when they are missing', () => {
    expect(findDrift('/nowhere').map(([path]) => path)).toEqual([
      'services/auth/openapi.json',
      'collections/rising-stars.postman_collection.json',
      'collections/local.postman_environment.json',
    ]);
  });
});

describe('the document', () => {
  test.each(
    services.flatMap(([service, described]) =>
      operationsOf(described).map(({ method, path, tags }) => [method, path, service, tags]),
    ),
  )('%s %s is routed to %s, which documents it', (_method, path, service, tags) => {
    expect(serviceFor(String(path).replaceAll(/\{.*?\}/g, 'x'))).toBe(service);
    expect(tags).toEqual([service]);
  });

  test.each([
    'post /api/auth/signup',
    'post /api/auth/login',
    'post /api/auth/refresh',
    'post /api/auth/logout',
    'post /api/auth/logout-all',
    'get /api/auth/profile',
    'patch /api/auth/profile',
    'post /api/auth/verify-email',
    'post /api/auth/verify-email/resend',
    'post /api/auth/password',
    'post /api/auth/password/forgot',
    'post /api/auth/password/reset',
    'get /api/auth/account/export',
    'delete /api/auth/account',
    'get /.well-known/jwks.json',
    'get /health',
    'post /api/videos/upload',
    'get /api/videos',
    'get /api/videos/{video_id}',
    'patch /api/videos/{video_id}',
    'delete /api/videos/{video_id}',
    'post /api/videos/{video_id}/retry',
    'get /api/videos/{video_id}/events',
    'post /api/videos/uploads',
    'get /api/videos/uploads',
    'get /api/videos/uploads/{video_id}',
    'put /api/videos/uploads/{video_id}/parts/{number}',
    'post /api/videos/uploads/{video_id}/complete',
    'delete /api/videos/uploads/{video_id}',
    'get /api/admin/jobs',
    'get /api/admin/reports',
    'get /api/admin/videos/{video_id}',
    'put /api/admin/contest',
    'get /api/admin/contest',
    'get /api/admin/results',
    'get /api/admin/votes/flags',
    'post /api/admin/votes/void',
    'post /api/public/videos/{video_id}/report',
    'post /api/admin/jobs/{video_id}/retry',
    'post /api/admin/dead-letters/redrive',
    'post /api/admin/videos/{video_id}/hide',
    'post /api/admin/videos/{video_id}/show',
    'get /api/public/videos',
    'get /api/public/videos/{video_id}',
    'get /media/{video_id}/{version}/{file}',
    'post /api/public/videos/{video_id}/vote',
    'get /api/user/votes',
    'get /api/public/rankings',
    'get /api/public/rankings/stream',
    'get /api/public/rankings/videos/{video_id}',
    'get /api/public/cities',
    'get /api/public/stats',
    'get /api/public/contest',
  ])('has %s of the contract', (endpoint) => {
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toContain(endpoint);
  });

  test('is listed whole in the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const listed = [...readme.matchAll(/`([A-Z|]+) (\/.*?)`/g)].flatMap(([, methods = '', path]) =>
      methods.split('|').map((method) => `${method} ${path}`),
    );
    const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(listed.sort()).toEqual([...routes, 'GET /openapi.json', 'GET /swagger'].sort());
  });

  test('bounds every page and limit', () => {
    const paging = operations
      .flatMap(({ parameters = [] }) => parameters)
      .filter(({ name }) => name === 'page' || name === 'limit');
    expect(paging).toHaveLength(10);
    for (const { schema } of paging) {
      expect(schema).toMatchObject({ type: 'integer', minimum: 1, maximum: expect.any(Number) });
    }
  });

  test('has a uuid for every video id in a path', () => {
    const ids = operations
      .flatMap(({ parameters = [] }) => parameters)
      .filter(({ name, in: place }) => place === 'path' && (name === 'video_id' || name === 'version'));
    expect(ids.length).toBeGreaterThan(5);
    for (const { schema } of ids) expect(schema).toMatchObject({ type: 'string', format: 'uuid' });
  });

  test('says 403 for who is no organiser in its own words, and nowhere else', () => {
    const told = operations.filter(({ responses }) => responses[403]?.description.includes('organisers'));
    const forOrganisers = operations.filter(({ path }) => path.startsWith('/api/admin/'));
    expect(told).toEqual(forOrganisers);
  });

  test('asks for a sign-in where the contract does, and nowhere else', () => {
    const signedIn = operations.filter(({ security }) => security).map(({ operationId }) => operationId);
    expect(signedIn.sort()).toEqual([
      'beginUpload',
      'cancelUpload',
      'changeContest',
      'changePassword',
      'changeProfile',
      'changeVideo',
      'completeUpload',
      'deleteAccount',
      'deleteVideo',
      'dismissFlag',
      'exportAccount',
      'freezeResults',
      'getContestRules',
      'getOwnVideo',
      'getProfile',
      'getResults',
      'getUpload',
      'hideVideo',
      'inspectVideo',
      'listFlags',
      'listJobs',
      'listOwnVideos',
      'listOwnVotes',
      'listReports',
      'listUploads',
      'logout',
      'logoutAll',
      'redriveDeadLetters',
      'reportPart',
      'reportVideo',
      'resendEmailCode',
      'restoreVotes',
      'retryJob',
      'retryVideo',
      'showVideo',
      'uploadVideo',
      'verifyEmail',
      'voidVotes',
      'vote',
      'watchVideo',
    ]);
  });
});

describe('the generator refuses', () => {
  const service = (change: (described: ApiDocument) => void): ApiDocument => {
    const described = structuredClone(describeServices().votes);
    change(described);
    return described;
  };
  const stats = (described: ApiDocument) => described.paths['/api/public/stats']?.get ?? {};

  test.each<[string, ApiDocument[], RegExp]>([
    [
      'two routes for one path',
      [service(() => {}), service(() => {})],
      /Two routes answer POST \/api\/public\/videos/,
    ],
    [
      'two meanings of one schema',
      [
        service(() => {}),
        service((votes) => Object.assign(votes, { paths: {}, components: { schemas: { City: {} } } })),
      ],
      /differ in what City is/,
    ],
    [
      'a reference to nothing',
      [service((votes) => delete votes.components.schemas.Stats)],
      /Stats leads nowhere/,
    ],
    [
      'an operation without a summary',
      [service((votes) => Object.assign(stats(votes), { summary: '' }))],
      /get \/api\/public\/stats: has no summary/,
    ],
    [
      'a sign-in without 401',
      [service((votes) => Object.assign(stats(votes), { security: [{ bearer: [] }] }))],
      /get \/api\/public\/stats: has security without 401/,
    ],
    [
      'an operation without refusals',
      [service((votes) => Object.assign(stats(votes), { responses: {} }))],
      /get \/api\/public\/stats: documents no refusal/,
    ],
  ])('%s', (_case, described, complaint) => {
    expect(() => describeApi(described)).toThrow(complaint);
  });

  const onlyHealth: ApiDocument = { ...document, paths: { '/health': document.paths['/health'] ?? {} } };
  const ask = (change: Partial<Step>) => () =>
    makeCollection(onlyHealth, [
      { name: 'System', steps: [{ name: 'Healthy', operation: 'health', status: 200, ...change }] },
    ]);

  test.each<[string, () => unknown, RegExp]>([
    ['a scenario that leaves an operation out', () => makeCollection(document, []), /asks for .*deleteVideo/],
    [
      'a step of an unknown operation',
      () =>
        makeCollection({ ...document, paths: {} }, [
          { name: 'x', steps: [{ name: 'Fly', operation: 'fly', status: 200 }] },
        ]),
      /Fly: there is no operation fly/,
    ],
    ['a status that is not documented', ask({ status: 418 }), /Healthy \(health\): 418 is not documented/],
    ['a parameter that is not documented', ask({ query: { deep: '1' } }), /deep is not documented \(query\)/],
    ['a body that is not documented', ask({ body: { deep: 1 } }), /no body is documented/],
  ])('%s', (_case, make, complaint) => {
    expect(make).toThrow(complaint);
  });
});
