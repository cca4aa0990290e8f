import { createHash } from 'node:crypto';
import { createRoutes, json, refusing } from '@anb/service-kit/http';
import { line, paging } from '@anb/service-kit/input';
import { mediaUrl } from '@anb/service-kit/media';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { cityTotals, type Ranked, totals } from './ranking.ts';
import type { Contest } from './store/contest.ts';

const rankingRow = z
  .object({
    position: z.int().openapi({ description: 'In what was asked for: the country or the city.' }),
    video_id: z.uuid(),
    username: z.string(),
    title: z.string(),
    city: z.string(),
    votes: z.int(),
    qualifies: z.boolean().openapi({ description: 'Would be in the final if voting closed now.' }),
    video_url: z.string().openapi({ format: 'uri' }),
    poster_url: z.string().openapi({ format: 'uri' }),
  })
  .openapi('RankingRow');

const count = z.int().min(0);

const rankingsRoute = createRoute({
  method: 'get',
  path: '/api/public/rankings',
  operationId: 'listRankings',
  tags: ['votes'],
  summary: 'The ranking of the country or of a city',
  description: 'Carries an `ETag`; `If-None-Match` answers 304. A vote is in it within a second.',
  parameters: [
    {
      name: 'If-None-Match',
      in: 'header',
      schema: { type: 'string' },
      description: 'The `ETag` of the page as you have it.',
    },
  ],
  request: {
    query: z.object({
      city: line(1, 100)
        .optional()
        .openapi({
          param: {
            description: 'A whole name, without regard to case or accents, or another way to write it.',
          },
        }),
      ...paging,
    }),
  },
  responses: {
    200: {
      ...json(z.array(rankingRow), 'One page.'),
      headers: z.object({
        ETag: z.string().openapi({ description: 'Of this page.' }),
        'X-Total-Count': z.int().openapi({ description: 'Videos on all pages.' }),
      }),
    },
    304: { description: 'As you have it.' },
    ...refusing(400),
  },
});

const citiesRoute = createRoute({
  method: 'get',
  path: '/api/public/cities',
  operationId: 'listCities',
  tags: ['votes'],
  summary: 'Cities with their totals, most voted first',
  responses: {
    200: json(
      z.array(
        z
          .object({
            city: z.string(),
            contest: z.boolean().openapi({ description: 'Whether its players can qualify.' }),
            videos: count,
            votes: count,
            players: count,
          })
          .openapi('City'),
      ),
      'The cities.',
    ),
    ...refusing(),
  },
});

const statsRoute = createRoute({
  method: 'get',
  path: '/api/public/stats',
  operationId: 'getStats',
  tags: ['votes'],
  summary: 'Totals of what is open for voting',
  responses: {
    200: json(
      z.object({ videos: count, votes: count, players: count, cities: count }).openapi('Stats'),
      'The totals.',
    ),
    ...refusing(),
  },
});

export const contest = z
  .object({
    name: z.string(),
    edition: z.string(),
    opens_at: z.iso.datetime(),
    closes_at: z.iso.datetime().nullable().openapi({ description: 'null: not fixed yet.' }),
    open: z.boolean(),
    finalists_per_city: z.int(),
    vote_goal: z.int(),
  })
  .openapi('Contest');

const contestRoute = createRoute({
  method: 'get',
  path: '/api/public/contest',
  operationId: 'getContest',
  tags: ['votes'],
  summary: 'The contest and its window',
  responses: {
    200: json(contest, 'The contest.'),
    ...refusing(),
  },
});

export function rankingRoutes({ standings, mediaBaseUrl }: Dependencies) {
  const routes = createRoutes();

  routes.openapi(rankingsRoute, (c) => {
    const { city, page, limit } = c.req.valid('query');
    const { ranking, cityKey } = standings.current;
    const all = city === undefined ? ranking.national : (ranking.cities.get(cityKey(city)) ?? []);
    const from = (page - 1) * limit;
    const rows = all
      .slice(from, from + limit)
      .map((ranked, index) => present(ranked, from + index + 1, mediaBaseUrl));
    const body = JSON.stringify(rows);
    const etag = `"${createHash('sha256').update(`${all.length} ${body}`).digest('base64url').slice(0, 22)}"`;
    c.header('ETag', etag);
    c.header('X-Total-Count', String(all.length));
    c.header('Cache-Control', 'no-cache');
    if (names(c.req.header('if-none-match'), etag)) return c.body(null, 304);
    return c.body(body, 200, { 'Content-Type': 'application/json' });
  });

  routes.openapi(citiesRoute, (c) => {
    const { ranking, contestCities } = standings.current;
    return c.json(cityTotals(ranking, contestCities), 200);
  });

  routes.openapi(statsRoute, (c) => {
    const { national, cities } = standings.current.ranking;
    return c.json({ ...totals(national), cities: cities.size }, 200);
  });

  routes.openapi(contestRoute, (c) => c.json(presentContest(standings.current.contest), 200));

  return routes;
}

export function presentContest({ opens_at, closes_at, ...others }: Contest): z.infer<typeof contest> {
  const now = Date.now();
  return {
    ...others,
    opens_at: opens_at.toISOString(),
    closes_at: closes_at?.toISOString() ?? null,
    open: opens_at.getTime() <= now && (closes_at === null || now < closes_at.getTime()),
  };
}

/** The weak comparison of RFC 9110: a cache on the way may have put `W/` before the tag. */
const names = (ifNoneMatch: string | undefined, etag: string) =>
  ifNoneMatch?.trim() === '*' || ifNoneMatch?.match(/"[^"]*"/g)?.includes(etag);

const present = (ranked: Ranked, position: number, mediaBaseUrl: string): z.infer<typeof rankingRow> => ({
  position,
  video_id: ranked.video_id,
  username: ranked.username,
  title: ranked.title,
  city: ranked.city,
  votes: ranked.votes,
  qualifies: ranked.qualifies,
  video_url: mediaUrl(mediaBaseUrl, ranked.video_id, ranked.media_version, 'clip.mp4'),
  poster_url: mediaUrl(mediaBaseUrl, ranked.video_id, ranked.media_version, 'poster.jpg'),
});
