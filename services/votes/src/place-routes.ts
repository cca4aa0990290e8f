import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, refusing } from '@anb/service-kit/http';
import { videoId } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { type Place, placeOf, type VideoPlace } from './places.ts';

const place = z
  .object({
    position: z.int().openapi({ description: 'As the ranking says.' }),
    videos: z.int().openapi({ description: 'Among how many.' }),
  })
  .openapi('Place') satisfies z.ZodType<Place>;

export const qualifies = z.boolean().openapi({
  description: 'Is in the final by the frozen result; before there is one: would be if voting closed now.',
});

const videoPlace = z
  .object({
    video_id: z.uuid(),
    city: z.string(),
    votes: z.int(),
    qualifies,
    national: place,
    in_city: place,
  })
  .openapi('VideoPlace') satisfies z.ZodType<VideoPlace>;

const placeRoute = createRoute({
  method: 'get',
  path: '/api/public/rankings/videos/{video_id}',
  operationId: 'getPlace',
  tags: ['votes'],
  summary: 'Where one video stands, in the country and in its city',
  description: 'A vote is in it within a second.',
  request: { params: z.object({ video_id: videoId }) },
  responses: {
    200: json(videoPlace, 'Its places.'),
    ...refusing(400, 404),
  },
});

export function placeRoutes({ standings }: Dependencies) {
  const routes = createRoutes();

  routes.openapi(placeRoute, (c) => {
    const contender = standings.contender(c.req.valid('param').video_id);
    if (!contender) throw new ApiError(404, 'video_not_found', 'Video no encontrado.');
    return c.json(placeOf(standings.current, contender), 200);
  });

  return routes;
}
