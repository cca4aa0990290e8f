import { unavailable } from '@anb/service-kit/errors';
import { createRoutes, json, refuseMethod, refusing, signedIn } from '@anb/service-kit/http';
import type { SessionEnv } from '@anb/service-kit/session';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import type { Origin } from './store/uploads.ts';
import { receiveUpload } from './upload.ts';

export const accepted = z.object({
  message: z.literal('Video subido correctamente. Procesamiento en curso.'),
  task_id: z.uuid().openapi({ description: 'The id of the video.' }),
});

export const UPLOAD_PATH = '/api/videos/upload';

const uploadRoute = createRoute({
  method: 'post',
  path: UPLOAD_PATH,
  operationId: 'uploadVideo',
  tags: ['videos'],
  summary: 'Upload a clip',
  description:
    'MP4, or QuickTime as phones make it, up to the installation’s limit (100 MiB by default); judged by its ' +
    'content. Parts come in any order.',
  request: {
    body: {
      required: true,
      content: {
        // Not a schema of the validator: it would read the whole body into memory.
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['video_file', 'title'],
            properties: {
              video_file: { type: 'string', format: 'binary' },
              title: { type: 'string', minLength: 5, maxLength: 100, example: 'Triple desde la esquina' },
              is_public: {
                type: 'string',
                enum: ['true', 'false'],
                default: 'false',
                example: 'false',
                description: 'Whether it opens for voting once it is processed.',
              },
            },
          },
        },
      },
    },
  },
  responses: {
    201: json(accepted, 'Stored and queued.'),
    ...refusing(400, 401, 413, 415, 429),
  },
});

/** Of a replica; each holds a part of its file in memory. */
const MAX_UPLOADS_AT_ONCE = 128;
/** Of one player, who must not take the places of all others. */
const MAX_OF_A_PLAYER = 16;

export function uploadRoutes(dependencies: Dependencies) {
  const routes = createRoutes();
  const underWay: number[] = [];

  routes.openapi({ ...uploadRoute, ...signedIn(dependencies.verify) }, async (c) => {
    const { userId } = c.get('session');
    await limit(dependencies.sql, 'uploads', userId);
    const isFull = underWay.filter((id) => id === userId).length >= MAX_OF_A_PLAYER;
    if (isFull || underWay.length >= MAX_UPLOADS_AT_ONCE) throw unavailable();
    underWay.push(userId);
    try {
      const task_id = await receiveUpload(dependencies, {
        userId,
        origin: originOf(c),
        headers: c.req.header(),
        body: c.env.incoming,
      });
      dependencies.wakeOutbox();
      return c.json(
        { message: 'Video subido correctamente. Procesamiento en curso.' as const, task_id },
        201,
      );
    } finally {
      underWay.splice(underWay.indexOf(userId), 1);
    }
  });

  // Or `upload` would be taken for the id of a video.
  routes.all(uploadRoute.path, (c) => refuseMethod(c, ['POST']));

  return routes;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What the job carries on of its request. */
export function originOf(c: Context<SessionEnv>): Origin {
  const traceparent = c.req.header('traceparent');
  return {
    requestId: c.get('requestId'),
    traceparent: traceparent && TRACEPARENT.test(traceparent) ? traceparent : undefined,
  };
}
