import { createRoutes, json, jsonBody, refuseMethod, refusing, signedIn } from '@anb/service-kit/http';
import { line, videoId } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import {
  beginDirectUpload,
  cancelDirectUpload,
  completeDirectUpload,
  describeDirectUpload,
  listDirectUploads,
  receivePart,
} from './direct-upload.ts';
import { limit } from './limits.ts';
import { params, title } from './owner-routes.ts';
import { accepted, originOf } from './upload-routes.ts';

const partNumber = z.int().min(1);
const signedParts = z
  .array(z.object({ number: partNumber, url: z.string().openapi({ format: 'uri' }) }))
  .openapi({ description: 'What is missing; PUT each part to its address within an hour.' });
const sizes = {
  size: z.int().openapi({ description: 'Bytes of the whole file.' }),
  part_size: z.int().openapi({ description: 'Bytes of every part but the last.' }),
};
const received = z.array(partNumber).openapi({ description: 'Parts that were reported.' });

const begun = z
  .object({ video_id: z.uuid(), part_size: sizes.part_size, parts: signedParts })
  .openapi('BegunUpload');
const state = z.object({ video_id: z.uuid(), ...sizes, received, parts: signedParts }).openapi('UploadState');
const listed = z
  .object({
    video_id: z.uuid(),
    title: z.string(),
    is_public: z.boolean(),
    filename: z.string(),
    ...sizes,
    received,
    started_at: z.iso.datetime(),
  })
  .openapi('UnfinishedUpload');

const beginRoute = createRoute({
  method: 'post',
  path: '/api/videos/uploads',
  operationId: 'beginUpload',
  tags: ['videos'],
  summary: 'Begin a direct upload',
  description:
    'The bytes go to the object store in parts, each to its signed address, and can go on after a broken connection. In this order: `beginUpload`; PUT each part to its address; `reportPart` with the ETag that the store answers; `completeUpload`. `getUpload` tells what is missing, with fresh addresses. services/videos/README.md has it as a script.',
  request: {
    body: jsonBody(
      z
        .object({
          title,
          is_public: z.boolean().default(false),
          size: z.int().min(1).openapi({ example: 1_000_000, description: 'Bytes of the whole file.' }),
          filename: line(1, 255).openapi({ example: 'triple.mp4' }),
        })
        .openapi('Announcement'),
    ),
  },
  responses: { 201: json(begun, 'Where to put the parts.'), ...refusing(400, 401, 413, 415, 429) },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/videos/uploads',
  operationId: 'listUploads',
  tags: ['videos'],
  summary: 'My unfinished uploads, newest first',
  responses: { 200: json(z.array(listed), 'All of them.'), ...refusing(401) },
});

const findRoute = createRoute({
  method: 'get',
  path: '/api/videos/uploads/{video_id}',
  operationId: 'getUpload',
  tags: ['videos'],
  summary: 'How far an upload is, with fresh addresses for what is missing',
  request: { params },
  responses: { 200: json(state, 'Its state.'), ...refusing(400, 401, 403, 404) },
});

const partRoute = createRoute({
  method: 'put',
  path: '/api/videos/uploads/{video_id}/parts/{number}',
  operationId: 'reportPart',
  tags: ['videos'],
  summary: 'Report a part that the store has taken',
  request: {
    params: z.object({
      video_id: videoId,
      number: z.coerce.number().int().min(1).max(10_000).openapi({ type: 'integer', example: 1 }),
    }),
    body: jsonBody(
      z
        .object({ etag: line(1, 200).openapi({ example: '"9b2cf535f27731c974343645a3985328"' }) })
        .openapi('ReceivedPart'),
    ),
  },
  responses: { 204: { description: 'Noted.' }, ...refusing(400, 401, 403, 404, 413, 415) },
});

const completeRoute = createRoute({
  method: 'post',
  path: '/api/videos/uploads/{video_id}/complete',
  operationId: 'completeUpload',
  tags: ['videos'],
  summary: 'Make the video of its parts',
  description: 'Asked again it answers the same, so an answer that was lost can be asked for.',
  request: { params },
  responses: { 201: json(accepted, 'Stored and queued.'), ...refusing(400, 401, 403, 404) },
});

const cancelRoute = createRoute({
  method: 'delete',
  path: '/api/videos/uploads/{video_id}',
  operationId: 'cancelUpload',
  tags: ['videos'],
  summary: 'Cancel an upload',
  request: { params },
  responses: { 204: { description: 'It is gone.' }, ...refusing(400, 401, 403, 404) },
});

/** Direct uploads: see flow 1 of the architecture. Mounted before the routes that would take `uploads` for an id. */
export function directUploadRoutes(dependencies: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(dependencies.verify);

  routes.openapi({ ...beginRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    await limit(dependencies.sql, 'uploads', userId);
    const { video_id, part_size, parts } = await beginDirectUpload(dependencies, userId, c.req.valid('json'));
    return c.json({ video_id, part_size, parts }, 201);
  });

  routes.openapi({ ...listRoute, ...forSignedIn }, async (c) =>
    c.json(await listDirectUploads(dependencies, c.get('session').userId), 200),
  );
  routes.all(listRoute.path, (c) => refuseMethod(c, ['POST', 'GET', 'HEAD']));

  routes.openapi({ ...findRoute, ...forSignedIn }, async (c) =>
    c.json(
      await describeDirectUpload(dependencies, c.get('session').userId, c.req.valid('param').video_id),
      200,
    ),
  );

  routes.openapi({ ...partRoute, ...forSignedIn }, async (c) => {
    const { video_id, number } = c.req.valid('param');
    await receivePart(dependencies, c.get('session').userId, video_id, {
      number,
      etag: c.req.valid('json').etag,
    });
    return c.body(null, 204);
  });

  routes.openapi({ ...completeRoute, ...forSignedIn }, async (c) => {
    const task_id = await completeDirectUpload(
      dependencies,
      c.get('session').userId,
      c.req.valid('param').video_id,
      originOf(c),
    );
    dependencies.wakeOutbox();
    return c.json({ message: 'Video subido correctamente. Procesamiento en curso.' as const, task_id }, 201);
  });

  routes.openapi({ ...cancelRoute, ...forSignedIn }, async (c) => {
    await cancelDirectUpload(dependencies, c.get('session').userId, c.req.valid('param').video_id);
    return c.body(null, 204);
  });

  return routes;
}
