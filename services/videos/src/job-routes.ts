import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, refusing, signedIn } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { granted, params } from './owner-routes.ts';
import { jobEvents } from './progress-feed.ts';
import { type RetryOutcome, retryJob } from './store/jobs.ts';
import { findOwn } from './store/videos.ts';

export const retried = z
  .object({ video_id: z.uuid(), status: z.literal('uploaded') })
  .openapi('RetriedVideo');

const retryRoute = createRoute({
  method: 'post',
  path: '/api/videos/{video_id}/retry',
  operationId: 'retryVideo',
  tags: ['videos'],
  summary: 'Have one of my failed videos processed again',
  request: { params },
  responses: { 202: json(retried, 'Queued.'), ...refusing(400, 401, 403, 404, 429) },
});

const eventsRoute = createRoute({
  method: 'get',
  path: '/api/videos/{video_id}/events',
  operationId: 'watchVideo',
  tags: ['videos'],
  summary: 'How far one of my videos is, as server-sent events',
  description:
    'A `state` event now and at every change, at most once a second, until the video is processed, failed or gone.',
  request: { params },
  responses: {
    200: {
      description: 'Events; `data` is JSON.',
      content: { 'text/event-stream': { schema: jobEvents } },
    },
    ...refusing(400, 401, 403, 404),
  },
});

/** @throws ApiError unless the video was queued */
export function refuseUnlessQueued(outcome: RetryOutcome): void {
  if (outcome === 'not_failed') {
    throw new ApiError(400, 'not_failed', 'The video has not failed; only a failed one can be tried again.');
  }
  if (outcome !== 'queued') granted(outcome);
}

export function jobRoutes({ sql, verify, wakeOutbox, progress }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);

  routes.openapi({ ...retryRoute, ...forSignedIn }, async (c) => {
    const { video_id } = c.req.valid('param');
    const { userId } = c.get('session');
    await limit(sql, 'retries', userId);
    refuseUnlessQueued(await retryJob(sql, video_id, userId));
    wakeOutbox();
    return c.json({ video_id, status: 'uploaded' as const }, 202);
  });

  routes.openapi({ ...eventsRoute, ...forSignedIn }, async (c) => {
    const { video_id } = c.req.valid('param');
    const { userId } = c.get('session');
    granted(await findOwn(sql, video_id, userId));
    const { body, headers } = progress.open(video_id, userId, {
      signal: c.req.raw.signal,
      acceptEncoding: c.req.header('accept-encoding'),
    });
    return c.body(body, 200, headers);
  });

  return routes;
}
