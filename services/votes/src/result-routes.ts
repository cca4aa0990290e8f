import { comparisonKey } from '@anb/service-kit/comparison-key';
import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, organisersOnly, refusingPlayers } from '@anb/service-kit/http';
import { wholeNumber } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { sha256, toCsv } from './results.ts';
import { countVersions, findResult, freezeResult, provisionalResult, type Result } from './store/results.ts';

const summary = z
  .object({
    contest: z.object({
      name: z.string(),
      edition: z.string(),
      opens_at: z.iso.datetime(),
      closes_at: z.iso.datetime().nullable(),
      finalists_per_city: z.int(),
    }),
    version: z.int().nullable().openapi({ description: 'null: as of now, and not frozen.' }),
    frozen_at: z.iso.datetime().nullable(),
    checksum: z.string().openapi({ description: 'SHA-256 of the CSV file as it was frozen, in hex.' }),
    videos: z.int(),
    blanked: z.int().openapi({
      description:
        'Rows whose player has deleted the account since, without name and title: with any of them the file is another than the one with this checksum.',
    }),
  })
  .openapi('ResultSummary');

const result = summary
  .extend({
    versions: z.int().openapi({ description: 'How many were frozen, of all editions; they count from 1.' }),
    results: z.array(
      z
        .object({
          position: z.int(),
          city_position: z.int(),
          qualifies: z.boolean(),
          votes: z.int(),
          video_id: z.uuid(),
          user_id: z.int(),
          username: z.string().nullable().openapi({ description: 'null: the account was deleted since.' }),
          title: z.string().nullable(),
          city: z.string(),
        })
        .openapi('ResultRow'),
    ),
  })
  .openapi('Result');

const VERSIONS = 1_000_000;
const findRoute = createRoute({
  method: 'get',
  path: '/api/admin/results',
  operationId: 'getResults',
  tags: ['votes'],
  summary: 'The result: as of now until it is frozen, then the latest frozen one',
  request: {
    query: z.object({
      format: z
        .enum(['csv', 'json'])
        .default('json')
        .openapi({ param: { description: 'csv: a file for spreadsheets, whose SHA-256 is the checksum.' } }),
      version: wholeNumber(1, VERSIONS)
        .optional()
        .openapi({
          param: { description: 'One that was frozen; the latest of this edition when left out.' },
          ...{ type: 'integer', minimum: 1, maximum: VERSIONS },
        }),
    }),
  },
  responses: {
    200: {
      description: 'The result.',
      content: {
        'application/json': { schema: result },
        'text/csv': { schema: z.string() },
      },
      headers: z.object({
        'X-Result-Checksum': z.string().openapi({ description: 'As `checksum`.' }),
      }),
    },
    ...refusingPlayers(400, 404),
  },
});

const freezeRoute = createRoute({
  method: 'post',
  path: '/api/admin/results',
  operationId: 'freezeResults',
  tags: ['votes'],
  summary: 'Count the votes themselves and freeze the result',
  description:
    'A version that stays as it is; when nothing has changed since the last one, that is answered again. 400 `voting_open` until the window has ended.',
  responses: { 200: json(summary, 'It is frozen.'), ...refusingPlayers(400) },
});

export function resultRoutes({ sql, verify }: Dependencies) {
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...findRoute, ...forOrganisers }, async (c) => {
    const { format, version } = c.req.valid('query');
    const found = await findResult(sql, version);
    if (!found && version !== undefined) {
      throw new ApiError(404, 'result_not_found', 'No result with this version was frozen.');
    }
    const shown = found ?? (await provisionalResult(sql));
    c.header('X-Result-Checksum', shown.checksum);
    c.header('Cache-Control', 'no-store');
    if (format === 'json') {
      const versions = await countVersions(sql);
      return c.json({ ...summarise(shown), versions, results: shown.rows }, 200);
    }
    const file = toCsv(shown.rows);
    c.header('Content-Disposition', `attachment; filename="${fileName(shown)}"`);
    c.header('Repr-Digest', `sha-256=:${sha256(file).digest('base64')}:`);
    return c.body(new Uint8Array(file), 200, { 'Content-Type': 'text/csv; charset=utf-8; header=present' });
  });

  routes.openapi({ ...freezeRoute, ...forOrganisers }, async (c) => {
    const frozen = await freezeResult(sql, c.get('session').userId);
    if (frozen === 'voting_open') {
      throw new ApiError(400, 'voting_open', 'Voting is not over: set its end first, or wait for it.');
    }
    return c.json(summarise(frozen), 200);
  });

  return routes;
}

function summarise({ contest, version, frozen_at, checksum, rows }: Result): z.infer<typeof summary> {
  const { name, edition, opens_at, closes_at, finalists_per_city } = contest;
  return {
    contest: { name, edition, opens_at, closes_at, finalists_per_city },
    ...{ version, frozen_at: frozen_at?.toISOString() ?? null, checksum, videos: rows.length },
    blanked: rows.filter(({ username }) => username === null).length,
  };
}

/** anb-rising-stars-showcase-2026-result-1.csv */
function fileName({ contest: { name, edition }, version }: Result): string {
  const words = comparisonKey(`${name} ${edition}`).replace(/[^a-z0-9]+/g, '-');
  return `${words}-${version === null ? 'provisional' : `result-${version}`}.csv`;
}
