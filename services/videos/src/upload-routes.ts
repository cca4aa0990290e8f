import { createRoutes, json, refuseMethod, refusing, signedIn } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { receiveUpload } from './upload.ts';

const uploadRoute = createRoute({
  method: 'post',
  path: '/api/videos/upload',
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
    201: json(
      z.object({
        message: z.literal('Video subido correctamente. Procesamiento en curso.'),
        task_id: z.uuid().openapi({ description: 'The id of the video.' }),
      }),
      'Stored and queued.',
    ),
    ...refusing(400, 401, 413, 415),
  },
});

export function uploadRoutes(dependencies: Dependencies) {
  const routes = createRoutes();

  routes.openapi({ ...uploadRoute, ...signedIn(dependencies.verify) }, async (c) => {
    const videoId = await receiveUpload(dependencies, {
      userId: c.get('session').userId,
      requestId: c.get('requestId'),
      headers: c.req.header(),
      body: c.req.raw.body,
    });
    dependencies.wakeOutbox();
    return c.json(
      { message: 'Video subido correctamente. Procesamiento en curso.' as const, task_id: videoId },
      201,
    );
  });

  // Or `upload` would be taken for the id of a video.
  routes.all(uploadRoute.path, (c) => refuseMethod(c, ['POST']));

  return routes;
}
