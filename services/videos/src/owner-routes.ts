import { comparisonKey } from '@anb/service-kit/comparison-key';
import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { line, videoId } from '@anb/service-kit/input';
import { type MediaFile, mediaKey } from '@anb/service-kit/media';
import type { ObjectStore } from '@anb/service-kit/objects';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { ownVideo, presentOwn } from './present.ts';
import {
  changeVideo,
  deleteVideo,
  findOwn,
  listOwn,
  type OwnVideo,
  placeOf,
  type Refused,
} from './store/videos.ts';

export const title = line(5, 100).openapi({ example: 'Triple desde la esquina' });
export const params = z.object({ video_id: videoId });

const listRoute = createRoute({
  method: 'get',
  path: '/api/videos',
  operationId: 'listOwnVideos',
  tags: ['videos'],
  summary: 'My videos, newest first',
  responses: { 200: json(z.array(ownVideo), 'All of them.'), ...refusing(401) },
});

const findRoute = createRoute({
  method: 'get',
  path: '/api/videos/{video_id}',
  operationId: 'getOwnVideo',
  tags: ['videos'],
  summary: 'One of my videos',
  request: { params },
  responses: { 200: json(ownVideo, 'The video.'), ...refusing(400, 401, 403, 404) },
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/videos/{video_id}',
  operationId: 'changeVideo',
  tags: ['videos'],
  summary: 'Retitle, publish or withdraw one of my videos',
  description: 'A processed video that becomes public is open for voting.',
  request: {
    params,
    body: jsonBody(
      z
        .object({ title, is_public: z.boolean().openapi({ example: true }) })
        .partial()
        .openapi('VideoChange'),
    ),
  },
  responses: { 200: json(ownVideo, 'The changed video.'), ...refusing(400, 401, 403, 404, 413, 415, 429) },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/videos/{video_id}',
  operationId: 'deleteVideo',
  tags: ['videos'],
  summary: 'Delete one of my videos',
  description: 'Not while it is open for voting.',
  request: { params },
  responses: {
    200: json(
      z.object({ message: z.literal('El video ha sido eliminado exitosamente.'), video_id: z.uuid() }),
      'It is gone.',
    ),
    ...refusing(400, 401, 403, 404),
  },
});

export function ownerRoutes({ sql, objects, verify, wakeOutbox, mediaBaseUrl }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);

  routes.openapi({ ...listRoute, ...forSignedIn }, async (c) => {
    const videos = await listOwn(sql, c.get('session').userId);
    return c.json(
      videos.map((video) => presentOwn(video, mediaBaseUrl)),
      200,
    );
  });

  routes.openapi({ ...findRoute, ...forSignedIn }, async (c) => {
    const video = granted(await findOwn(sql, c.req.valid('param').video_id, c.get('session').userId));
    return c.json({ ...presentOwn(video, mediaBaseUrl), ...(await signedUrls(video, objects)) }, 200);
  });

  routes.openapi({ ...changeRoute, ...forSignedIn }, async (c) => {
    const { title = null, is_public = null } = c.req.valid('json');
    const { video_id } = c.req.valid('param');
    const { userId } = c.get('session');
    if (is_public !== null) await limit(sql, 'publications', userId);
    const change = { title, title_key: title && comparisonKey(title), is_public };
    const video = granted(await changeVideo(sql, video_id, userId, change));
    wakeOutbox();
    return c.json(presentOwn(video, mediaBaseUrl), 200);
  });

  routes.openapi({ ...deleteRoute, ...forSignedIn }, async (c) => {
    const { video_id } = c.req.valid('param');
    granted(await deleteVideo(sql, video_id, c.get('session').userId));
    wakeOutbox();
    return c.json({ message: 'El video ha sido eliminado exitosamente.' as const, video_id }, 200);
  });

  return routes;
}

export const videoNotFound = () => new ApiError(404, 'video_not_found', 'There is no such video.');

/** What a store function answered, unless it refused. */
export function granted<T>(outcome: T | Refused): T {
  switch (outcome) {
    case 'not_found':
      throw videoNotFound();
    case 'forbidden':
      throw new ApiError(403, 'not_your_video', 'This video belongs to somebody else.');
    case 'open_for_voting':
      throw new ApiError(
        400,
        'open_for_voting',
        'The video is open for voting. Make it private first, then delete it.',
      );
    default:
      return outcome as T;
  }
}

/** Addresses that only the owner gets: the original always, the clip while it has no public one. */
async function signedUrls(video: OwnVideo, objects: ObjectStore) {
  const { id, original_key, open, media_version } = video;
  const original_url = await objects.signedUrl(original_key);
  if (open || !media_version) return { original_url };
  const signed = (file: MediaFile) => objects.signedUrl(mediaKey(id, media_version, file, placeOf(video)));
  return { original_url, processed_url: await signed('clip.mp4'), poster_url: await signed('poster.jpg') };
}
