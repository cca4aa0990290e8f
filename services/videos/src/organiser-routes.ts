import { unavailable } from '@anb/service-kit/errors';
import { failureReason } from '@anb/service-kit/failure-reason';
import { createRoutes, json, organisersOnly, refusingPlayers } from '@anb/service-kit/http';
import { paging } from '@anb/service-kit/input';
import { type MediaFile, mediaKey } from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { refuseUnlessQueued, retried } from './job-routes.ts';
import { params, videoNotFound } from './owner-routes.ts';
import { optional, stableUrls, stage } from './present.ts';
import { nothingMoved, redrive } from './redrive.ts';
import { findJob, type Job, listedStates, listJobs } from './store/job-list.ts';
import { noteAction, retryForOrganiser } from './store/moderation.ts';
import { reasonsAgainst } from './store/reports.ts';
import { placeOf } from './store/videos.ts';

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
    ...refusingPlayers(),
  },
});

const retryRoute = createRoute({
  method: 'post',
  path: '/api/admin/jobs/{video_id}/retry',
  operationId: 'retryJob',
  tags: ['videos'],
  summary: 'Queue a failed video again',
  request: { params },
  responses: { 202: json(retried, 'Queued.'), ...refusingPlayers(400, 404) },
});

/** Whose video it is. */
export const player = {
  user_id: z.int(),
  user_first_name: z.string().optional().openapi({ description: 'Missing when the account is gone.' }),
  user_last_name: z.string().optional(),
};
const when = z.iso.datetime();
const url = z.string().openapi({ format: 'uri' });
const job = z
  .object({
    video_id: z.uuid(),
    ...player,
    title: z.string(),
    status: z.enum(['uploaded', 'processing', 'processed', 'failed']),
    stage: stage.optional(),
    progress: z.int().min(0).max(100).optional().openapi({ description: 'Percent, while it is processed.' }),
    attempts: z.int(),
    deaths: z.int().openapi({ description: 'Workers that died of it.' }),
    with_worker: z.boolean().openapi({ description: 'Whether a worker has it in hand.' }),
    failure_code: z.string().optional(),
    failure_reason: z.string().optional(),
    uploaded_at: when,
    queued_at: when.openapi({ description: 'Later than uploaded_at when it was tried again.' }),
    processed_at: when.optional(),
    is_public: z.boolean(),
    open: z.boolean().openapi({ description: 'For voting.' }),
    hidden: z.boolean(),
    review: z.enum(['pending', 'approved']).optional(),
  })
  .openapi('Job');

const listRoute = createRoute({
  method: 'get',
  path: '/api/admin/jobs',
  operationId: 'listJobs',
  tags: ['videos'],
  summary: 'Everybody’s videos and how far they are',
  description:
    'The latest queued first. `state=pending` are those that wait for an organiser to show or hide them, the oldest first.',
  request: {
    query: z.object({
      state: z
        .enum(listedStates)
        .optional()
        .openapi({ param: { description: 'Only those; all when left out.' } }),
      ...paging,
    }),
  },
  responses: {
    200: {
      ...json(z.array(job), 'One page.'),
      headers: z.object({ 'X-Total-Count': z.int().openapi({ description: 'Videos on all pages.' }) }),
    },
    ...refusingPlayers(400),
  },
});

const inspectRoute = createRoute({
  method: 'get',
  path: '/api/admin/videos/{video_id}',
  operationId: 'inspectVideo',
  tags: ['videos'],
  summary: 'Anybody’s video, to judge it',
  request: { params },
  responses: {
    200: json(
      job
        .extend({
          processed_url: url
            .optional()
            .openapi({ description: 'Missing while its player keeps it private.' }),
          poster_url: url.optional().openapi({ description: 'As processed_url.' }),
          reports: z
            .array(z.string())
            .openapi({ description: 'What is said of it and not settled, latest first.' }),
        })
        .openapi('InspectedVideo'),
      'The video.',
    ),
    ...refusingPlayers(400, 404),
  },
});

export function organiserRoutes(dependencies: Dependencies) {
  const { sql, objects, queue, deadLetters, verify, wakeOutbox, mediaBaseUrl } = dependencies;
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...redriveRoute, ...forOrganisers }, async (c) => {
    if (!deadLetters) throw unavailable();
    const redriven = nothingMoved();
    try {
      await redrive(deadLetters, queue, { withinMs: REDRIVE_MS, redriven });
    } finally {
      await noteAction(sql, c.get('session').userId, 'redrive', { moved: redriven.moved });
    }
    return c.json(redriven, 200);
  });

  routes.openapi({ ...retryRoute, ...forOrganisers }, async (c) => {
    const { video_id } = c.req.valid('param');
    refuseUnlessQueued(await retryForOrganiser(sql, video_id, c.get('session').userId));
    wakeOutbox();
    return c.json({ video_id, status: 'uploaded' as const }, 202);
  });

  routes.openapi({ ...listRoute, ...forOrganisers }, async (c) => {
    const { jobs, total } = await listJobs(sql, c.req.valid('query'));
    c.header('X-Total-Count', String(total));
    return c.json(jobs.map(presentJob), 200);
  });

  routes.openapi({ ...inspectRoute, ...forOrganisers }, async (c) => {
    const { video_id } = c.req.valid('param');
    const found = await findJob(sql, video_id);
    if (!found) throw videoNotFound();
    const reports = await reasonsAgainst(sql, video_id);
    return c.json({ ...presentJob(found), ...(await mediaUrls(found, objects, mediaBaseUrl)), reports }, 200);
  });

  return routes;
}

/** What is private is its player's alone. */
async function mediaUrls(video: Job, objects: ObjectStore, mediaBaseUrl: string) {
  const { id, media_version, is_public, open } = video;
  if (!media_version || !is_public) return {};
  if (open) return stableUrls(id, media_version, mediaBaseUrl);
  const signed = (file: MediaFile) => objects.signedUrl(mediaKey(id, media_version, file, placeOf(video)));
  return { processed_url: await signed('clip.mp4'), poster_url: await signed('poster.jpg') };
}

const presentJob = (found: Job): z.infer<typeof job> => ({
  video_id: found.id,
  user_id: found.user_id,
  ...optional('user_first_name', found.first_name),
  ...optional('user_last_name', found.last_name),
  title: found.title,
  status: found.status,
  ...(found.status === 'processing' && { progress: found.progress, ...optional('stage', found.stage) }),
  attempts: found.attempts,
  deaths: found.deaths,
  with_worker: found.with_worker,
  ...optional('failure_code', found.failure_code),
  ...optional('failure_reason', found.failure_code && failureReason(found.failure_code)),
  uploaded_at: found.uploaded_at.toISOString(),
  queued_at: found.queued_at.toISOString(),
  ...optional('processed_at', found.processed_at?.toISOString()),
  is_public: found.is_public,
  open: found.open,
  hidden: found.hidden,
  ...optional('review', found.review),
});
