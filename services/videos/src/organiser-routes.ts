import { unavailable } from '@anb/service-kit/errors';
import { createRoutes, json, organisersOnly, refusing } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { refuseUnlessQueued, retried } from './job-routes.ts';
import { params, videoNotFound } from './owner-routes.ts';
import { redrive } from './redrive.ts';
import { noteAction, retryForOrganiser, setHidden } from './store/moderation.ts';

/** Below the time an answer may take. */
const REDRIVE_MS = 5000;

const redriveRoute = createRoute({
  method: 'post',
  path: '/api/admin/dead-letters/redrive',
  operationId: 'redriveDeadLetters',
  tags: ['videos'],
  summary: 'Queue the messages again that SQS gave up handing out',
  responses: {
    200: json(
      z
        .object({
          moved: z.int().openapi({ description: 'Messages queued again.' }),
          unreadable: z.int().openapi({ description: 'In a shape that no worker can read; they stay.' }),
          is_complete: z.boolean().openapi({ description: 'False: there are more, ask again.' }),
        })
        .openapi('Redriven'),
      'What was moved.',
    ),
    ...refusing(401, 403),
  },
});

const retryRoute = createRoute({
  method: 'post',
  path: '/api/admin/jobs/{video_id}/retry',
  operationId: 'retryJob',
  tags: ['videos'],
  summary: 'Queue a failed video again',
  request: { params },
  responses: { 202: json(retried, 'Queued.'), ...refusing(400, 401, 403, 404) },
});

const hiding = z.object({ video_id: z.uuid(), hidden: z.boolean() }).openapi('Hiding');
const hideRoute = createRoute({
  method: 'post',
  path: '/api/admin/videos/{video_id}/hide',
  operationId: 'hideVideo',
  tags: ['videos'],
  summary: 'Take a video out of the vote and the ranking; its votes are kept',
  request: { params },
  responses: { 200: json(hiding, 'It is hidden.'), ...refusing(400, 401, 403, 404) },
});
const showRoute = createRoute({
  ...hideRoute,
  path: '/api/admin/videos/{video_id}/show',
  operationId: 'showVideo',
  summary: 'Put a hidden video back',
  responses: { 200: json(hiding, 'It is shown again.'), ...refusing(400, 401, 403, 404) },
});

export function organiserRoutes({ sql, queue, deadLetters, verify, wakeOutbox }: Dependencies) {
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...redriveRoute, ...forOrganisers }, async (c) => {
    if (!deadLetters) throw unavailable();
    const redriven = await redrive(deadLetters, queue, REDRIVE_MS);
    await noteAction(sql, c.get('session').userId, 'redrive', { moved: redriven.moved });
    return c.json(redriven, 200);
  });

  routes.openapi({ ...retryRoute, ...forOrganisers }, async (c) => {
    const { video_id } = c.req.valid('param');
    refuseUnlessQueued(await retryForOrganiser(sql, video_id, c.get('session').userId));
    wakeOutbox();
    return c.json({ video_id, status: 'uploaded' as const }, 202);
  });

  for (const [route, hidden] of [
    [hideRoute, true],
    [showRoute, false],
  ] as const) {
    routes.openapi({ ...route, ...forOrganisers }, async (c) => {
      const { video_id } = c.req.valid('param');
      if (!(await setHidden(sql, video_id, hidden, c.get('session').userId))) throw videoNotFound();
      wakeOutbox();
      return c.json({ video_id, hidden }, 200);
    });
  }

  return routes;
}
