import { ApiError } from '@anb/service-kit/errors';
import {
  createRoutes,
  json,
  jsonBody,
  organisersOnly,
  refusing,
  refusingPlayers,
  signedIn,
} from '@anb/service-kit/http';
import { line, paging } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { player } from './organiser-routes.ts';
import { params, videoNotFound } from './owner-routes.ts';
import { optional } from './present.ts';
import { judgeVideo } from './store/moderation.ts';
import { listReported, type ReportedVideo, reportVideo } from './store/reports.ts';

const reportRoute = createRoute({
  method: 'post',
  path: '/api/public/videos/{video_id}/report',
  operationId: 'reportVideo',
  tags: ['videos'],
  summary: 'Tell the organisers what is wrong with a video',
  description: 'One report a user and video: another one replaces it.',
  request: {
    params,
    body: jsonBody(
      z.object({ reason: line(5, 500).openapi({ example: 'No es baloncesto.' }) }).openapi('VideoReport'),
    ),
  },
  responses: {
    202: json(
      z.object({
        message: z.literal('Gracias. Los organizadores revisarán este video.'),
        video_id: z.uuid(),
      }),
      'Noted; organisers will look at it.',
    ),
    ...refusing(400, 401, 404, 413, 415, 429),
  },
});

const reportedVideo = z
  .object({
    video_id: z.uuid(),
    ...player,
    title: z.string(),
    open: z.boolean().openapi({ description: 'For voting.' }),
    hidden: z.boolean(),
    reports: z.int(),
    reasons: z.array(z.string()).openapi({ description: 'The latest first; five at most.' }),
    first_reported_at: z.iso.datetime(),
    last_reported_at: z.iso.datetime(),
  })
  .openapi('ReportedVideo');

const listRoute = createRoute({
  method: 'get',
  path: '/api/admin/reports',
  operationId: 'listReports',
  tags: ['videos'],
  summary: 'Reported videos, most reported first',
  description: 'Until an organiser hides or shows the video, which settles its reports.',
  request: { query: z.object(paging) },
  responses: {
    200: {
      ...json(z.array(reportedVideo), 'One page.'),
      headers: z.object({ 'X-Total-Count': z.int().openapi({ description: 'Videos on all pages.' }) }),
    },
    ...refusingPlayers(400),
  },
});

const hiding = z.object({ video_id: z.uuid(), hidden: z.boolean() }).openapi('Hiding');
const hideRoute = createRoute({
  method: 'post',
  path: '/api/admin/videos/{video_id}/hide',
  operationId: 'hideVideo',
  tags: ['videos'],
  summary: 'Take a video out of the vote and the ranking; its votes are kept',
  description: 'Settles the reports about it.',
  request: {
    params,
    query: z.object({
      title: line(1, 100)
        .optional()
        .openapi({
          param: { description: 'As you have seen it: 400 `title_changed` when it is another by now.' },
        }),
    }),
  },
  responses: { 200: json(hiding, 'It is hidden.'), ...refusingPlayers(400, 404) },
});
const showRoute = createRoute({
  ...hideRoute,
  path: '/api/admin/videos/{video_id}/show',
  operationId: 'showVideo',
  summary: 'Put a hidden video back, or approve one that waits for it',
  responses: { ...hideRoute.responses, 200: json(hiding, 'Organisers hold it back no longer.') },
});

export function moderationRoutes({ sql, verify, wakeOutbox }: Dependencies) {
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...reportRoute, ...signedIn(verify) }, async (c) => {
    const { video_id } = c.req.valid('param');
    const { userId } = c.get('session');
    await limit(sql, 'reports', userId);
    if (!(await reportVideo(sql, { videoId: video_id, userId, ...c.req.valid('json') }))) {
      throw new ApiError(404, 'video_not_found', 'There is no such video open for voting.');
    }
    return c.json({ message: 'Gracias. Los organizadores revisarán este video.' as const, video_id }, 202);
  });

  routes.openapi({ ...listRoute, ...forOrganisers }, async (c) => {
    const { videos, total } = await listReported(sql, c.req.valid('query'));
    c.header('X-Total-Count', String(total));
    return c.json(videos.map(presentReported), 200);
  });

  for (const [route, isHidden] of [
    [hideRoute, true],
    [showRoute, false],
  ] as const) {
    routes.openapi({ ...route, ...forOrganisers }, async (c) => {
      const { video_id } = c.req.valid('param');
      const { title = null } = c.req.valid('query');
      const judgement = { videoId: video_id, isHidden, title, organiserId: c.get('session').userId };
      const outcome = await judgeVideo(sql, judgement);
      if (outcome === 'not_found') throw videoNotFound();
      if (outcome === 'title_changed') {
        throw new ApiError(400, 'title_changed', 'The video has another title by now. Look at it again.');
      }
      wakeOutbox();
      return c.json({ video_id, hidden: isHidden }, 200);
    });
  }

  return routes;
}

const presentReported = (video: ReportedVideo): z.infer<typeof reportedVideo> => ({
  video_id: video.id,
  user_id: video.user_id,
  ...optional('user_first_name', video.first_name),
  ...optional('user_last_name', video.last_name),
  title: video.title,
  open: video.open,
  hidden: video.hidden,
  reports: video.reports,
  reasons: video.reasons,
  first_reported_at: video.first_at.toISOString(),
  last_reported_at: video.last_at.toISOString(),
});
