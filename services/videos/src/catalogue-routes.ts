import { comparisonKey } from '@anb/service-kit/comparison-key';
import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, refusing } from '@anb/service-kit/http';
import { line, paging, videoId } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { Catalogue } from './catalogue.ts';
import { openVideo, presentOpen } from './present.ts';
import { findOpen } from './store/videos.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/api/public/videos',
  operationId: 'listOpenVideos',
  tags: ['videos'],
  summary: 'Videos open for voting',
  description: 'A page is up to a second old.',
  request: {
    query: z
      .object({
        city: line(1, 100)
          .optional()
          .openapi({
            param: {
              description: 'A whole name, without regard to case or accents, or another way to write it.',
            },
          }),
        q: line(1, 100)
          .optional()
          .openapi({ param: { description: "Part of the title or of the player's name." } }),
        sort: z
          .enum(['votes', 'recent', 'random'])
          .default('votes')
          .openapi({
            param: {
              description:
                'Most voted first, newest first, or in an order that the seed decides, in which videos with few votes and new ones are more often at the front.',
            },
          }),
        seed: line(1, 100)
          .optional()
          .openapi({
            param: { description: 'With sort=random: the same seed gives the same order, page by page.' },
          }),
        ...paging,
      })
      .refine(({ sort, seed }) => sort !== 'random' || seed !== undefined, {
        path: ['seed'],
        message: 'is required with sort=random',
      }),
  },
  responses: {
    200: {
      ...json(z.array(openVideo), 'One page.'),
      headers: z.object({ 'X-Total-Count': z.int().openapi({ description: 'Videos on all pages.' }) }),
    },
    ...refusing(400),
  },
});

const findRoute = createRoute({
  method: 'get',
  path: '/api/public/videos/{video_id}',
  operationId: 'getOpenVideo',
  tags: ['videos'],
  summary: 'One video open for voting',
  request: { params: z.object({ video_id: videoId }) },
  responses: { 200: json(openVideo, 'The video.'), ...refusing(400, 404) },
});

export function catalogueRoutes({ sql, mediaBaseUrl, catalogueKeptMs = 0 }: Dependencies) {
  const routes = createRoutes();
  const catalogue = new Catalogue({ sql, mediaBaseUrl, keptMs: catalogueKeptMs });

  routes.openapi(listRoute, async (c) => {
    const { city, q, sort, seed = '', page, limit } = c.req.valid('query');
    const { videos, total } = await catalogue.page({
      cityKey: city && comparisonKey(city),
      searchKey: q && comparisonKey(q),
      sort,
      seed: sort === 'random' ? seed : '',
      page,
      limit,
    });
    return c.json(videos, 200, { 'X-Total-Count': String(total) });
  });

  routes.openapi(findRoute, async (c) => {
    const video = await findOpen(sql, c.req.valid('param').video_id);
    if (!video) throw new ApiError(404, 'video_not_found', 'There is no such video open for voting.');
    return c.json(presentOpen(video, mediaBaseUrl), 200);
  });

  return routes;
}
