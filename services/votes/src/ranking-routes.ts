import { bestEncoding, type Encoding } from '@anb/service-kit/accept-encoding';
import { addressKey } from '@anb/service-kit/client-address';
import { invalidInput } from '@anb/service-kit/errors';
import { createRoutes, json, refusing } from '@anb/service-kit/http';
import { describeIssue, line, paging } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { HonoRequest } from 'hono';
import { LRUCache } from 'lru-cache';
import type { Dependencies } from './app.ts';
import { qualifies } from './place-routes.ts';
import { cityTotals, totals } from './ranking.ts';
import type { PageAsked, RankingPage, RankingRow } from './ranking-pages.ts';
import type { Snapshot } from './standings.ts';
import type { Contest } from './store/contest.ts';

const rankingRow = z
  .object({
    position: z.int().openapi({ description: 'In what was asked for: the country or the city.' }),
    video_id: z.uuid(),
    username: z.string(),
    title: z.string(),
    city: z.string(),
    votes: z.int(),
    qualifies,
    video_url: z.string().openapi({ format: 'uri' }),
    poster_url: z.string().openapi({ format: 'uri' }),
  })
  .openapi('RankingRow') satisfies z.ZodType<RankingRow>;

const count = z.int().min(0);

const city = line(1, 100)
  .optional()
  .openapi({
    param: { description: 'A whole name, without regard to case or accents, or another way to write it.' },
  });
const pageQuery = z.object({ city, ...paging });

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
  request: { query: pageQuery },
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

const streamRoute = createRoute({
  method: 'get',
  path: '/api/public/rankings/stream',
  operationId: 'watchRankings',
  tags: ['votes'],
  summary: 'The first page of a ranking, live, as server-sent events',
  description:
    'A `ranking` event now and whenever the page changes, at most twice a second; a `here` event after 5 s without one. Who comes back with `Last-Event-ID` hears of what is new.',
  request: { query: z.object({ city }) },
  responses: {
    200: {
      description: 'Events; `data` is the JSON that the ranking answers.',
      content: { 'text/event-stream': { schema: z.array(rankingRow) } },
    },
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

export const contest = z.object({
  name: z.string(),
  edition: z.string(),
  opens_at: z.iso.datetime(),
  closes_at: z.iso.datetime().nullable().openapi({ description: 'null: not fixed yet.' }),
  open: z.boolean(),
  finalists_per_city: z.int(),
  vote_goal: z.int(),
});
const publicContest = contest
  .extend({
    result_frozen_at: z.iso.datetime().nullable().openapi({
      description:
        'Of the latest version of the result; null: it is not frozen, and the ranking is provisional.',
    }),
  })
  .openapi('Contest');

const contestRoute = createRoute({
  method: 'get',
  path: '/api/public/contest',
  operationId: 'getContest',
  tags: ['votes'],
  summary: 'The contest and its window',
  responses: {
    200: json(publicContest, 'The contest.'),
    ...refusing(),
  },
});

export function rankingRoutes({ standings, pages, feed }: Dependencies) {
  const routes = createRoutes();
  const askedBy = queryReader(pageQuery);
  const totalsOf = once(({ ranking }: Snapshot) => ({
    ...totals(ranking.national),
    cities: ranking.cities.size,
  }));
  const citiesOf = once(({ ranking, contestCities }: Snapshot) => cityTotals(ranking, contestCities));

  // As `openapi` would, but for judging the same few queries anew each time.
  routes.openAPIRegistry.registerPath(rankingsRoute);
  routes.get(rankingsRoute.getRoutingPath(), (c) => {
    const page = pages.page(standings.current, askedBy(c.req));
    const encoding = bestEncoding(c.req.header('accept-encoding'));
    const headers = headersOf(page, encoding);
    if (names(c.req.header('if-none-match'), page.tag)) return c.body(null, 304, headers);
    return c.body(encoding ? page.encoded(encoding) : page.body, 200, headers);
  });

  routes.openapi(streamRoute, (c) => {
    const { city } = c.req.valid('query');
    const { body, headers } = feed.open(
      city,
      addressKey(c.get('clientAddress')),
      c.req.header('last-event-id') ?? '',
      {
        signal: c.req.raw.signal,
        acceptEncoding: c.req.header('accept-encoding'),
      },
    );
    return c.body(body, 200, headers);
  });

  routes.openapi(citiesRoute, (c) => c.json(citiesOf(standings.current), 200));

  routes.openapi(statsRoute, (c) => c.json(totalsOf(standings.current), 200));

  routes.openapi(contestRoute, (c) => {
    const { result_version: _, result_frozen_at, ...rules } = standings.current.contest;
    const told = presentContest(rules, standings.clock.now());
    return c.json({ ...told, result_frozen_at: result_frozen_at?.toISOString() ?? null }, 200);
  });

  return routes;
}

/** @param now by the database's clock, in milliseconds */
export function presentContest(
  { opens_at, closes_at, ...others }: Contest,
  now: number,
): z.infer<typeof contest> {
  return {
    ...others,
    opens_at: opens_at.toISOString(),
    closes_at: closes_at?.toISOString() ?? null,
    open: opens_at.getTime() <= now && (closes_at === null || now < closes_at.getTime()),
  };
}

/** The weak comparison of RFC 9110: we, or a cache on the way, may have put `W/` before the tag. */
const names = (ifNoneMatch: string | undefined, tag: string) =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.match(/"[^"]*"/g)?.includes(`"${tag}"`));

/** What is compressed says the same in other bytes: a weak tag. */
const headersOf = ({ tag, total }: RankingPage, encoding: Encoding | undefined) => ({
  'Content-Type': 'application/json',
  ETag: encoding ? `W/"${tag}"` : `"${tag}"`,
  'X-Total-Count': String(total),
  'Cache-Control': 'no-cache',
  Vary: 'Accept-Encoding',
  ...(encoding && { 'Content-Encoding': encoding }),
});

/** What is made of a snapshot when it is first asked for. */
function once<T>(make: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  const made = new WeakMap<Snapshot, T>();
  return (snapshot) => {
    const known = made.get(snapshot);
    if (known !== undefined) return known;
    const value = make(snapshot);
    made.set(snapshot, value);
    return value;
  };
}

const REMEMBERED_QUERIES = 1000;
const LONGEST_REMEMBERED = 200;

/** What a query asks for; those that come again are judged once. */
function queryReader(schema: typeof pageQuery): (request: HonoRequest) => PageAsked {
  const remembered = new LRUCache<string, PageAsked>({ max: REMEMBERED_QUERIES });
  return (request) => {
    const at = request.url.indexOf('?');
    const query = at === -1 ? '' : request.url.slice(at);
    const known = remembered.get(query);
    if (known) return known;
    const given = Object.entries(request.queries()).map(([name, values]) => {
      return [name, values.length === 1 ? values[0] : values];
    });
    const judged = schema.safeParse(Object.fromEntries(given));
    if (!judged.success) throw invalidInput(judged.error.issues.map(describeIssue));
    if (query.length <= LONGEST_REMEMBERED) remembered.set(query, judged.data);
    return judged.data;
  };
}
