import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, refusing } from '@anb/service-kit/http';
import { videoId } from '@anb/service-kit/input';
import { mediaFiles, mediaKey } from '@anb/service-kit/media';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { placeOfOpenMedia } from './store/videos.ts';

const mediaRoute = createRoute({
  method: 'get',
  path: '/media/{video_id}/{version}/{file}',
  operationId: 'getMedia',
  tags: ['videos'],
  summary: "A published video's clip, poster or thumbnail, at its stable address",
  description:
    'As the other answers give it, in `processed_url`, `poster_url` and `video_url`. `thumbnail.jpg` (480×270) stands ' +
    'beside `poster.jpg` (1280×720) and shows the same; videos made by older releases have none, and the store answers 404.',
  request: { params: z.object({ video_id: videoId, version: videoId, file: z.enum(mediaFiles) }) },
  responses: {
    302: {
      description: 'To a signed address of the object store, good for hours.',
      headers: z.object({ Location: z.string().openapi({ format: 'uri' }) }),
    },
    ...refusing(400, 404),
  },
});

export function mediaRoutes({ sql, objects }: Dependencies) {
  const routes = createRoutes();

  routes.openapi(mediaRoute, async (c) => {
    const { video_id, version, file } = c.req.valid('param');
    const place = await placeOfOpenMedia(sql, video_id, version);
    if (!place) {
      throw new ApiError(404, 'media_not_found', 'There is no such media, or it is not public any more.');
    }
    // Not to be kept: a video that is hidden or deleted must be gone at the next request.
    c.header('Cache-Control', 'no-store');
    // Pages of any site may show what is public.
    c.header('Cross-Origin-Resource-Policy', 'cross-origin');
    return c.redirect(await objects.signedUrl(mediaKey(video_id, version, file, place)), 302);
  });

  return routes;
}
