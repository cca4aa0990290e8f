import { failureReason } from '@anb/service-kit/failure-reason';
import { mediaUrl } from '@anb/service-kit/media';
import { z } from '@hono/zod-openapi';
import type { OpenVideo, OwnVideo } from './store/videos.ts';

const url = z.string().openapi({ format: 'uri' });

export const stage = z
  .enum(['downloading', 'examining', 'transcoding', 'storing'])
  .openapi({ description: 'What is being done, while it is processed.' });

export const ownVideo = z
  .object({
    video_id: z.uuid(),
    user_id: z.int(),
    title: z.string(),
    original_filename: z.string(),
    status: z.enum(['uploaded', 'processing', 'processed', 'failed']),
    uploaded_at: z.iso.datetime(),
    processed_at: z.iso.datetime().optional(),
    original_url: url.optional().openapi({ description: 'Signed; not in lists.' }),
    processed_url: url
      .optional()
      .openapi({ description: 'Stable once public. Signed while private; then not in lists.' }),
    poster_url: url.optional().openapi({ description: 'As processed_url.' }),
    duration_seconds: z.number().optional(),
    failure_code: z.string().optional().openapi({ description: 'Why it failed, for programs.' }),
    failure_reason: z.string().optional().openapi({ description: 'Why it failed, in Spanish.' }),
    progress: z.int().min(0).max(100).optional().openapi({ description: 'Percent, while it is processed.' }),
    stage: stage.optional(),
    votes: z.int(),
    is_public: z.boolean(),
    hidden: z.literal(true).optional().openapi({ description: 'Organisers have taken it out of the vote.' }),
    review: z
      .literal('pending')
      .optional()
      .openapi({ description: 'An organiser has to approve it before it opens for voting.' }),
  })
  .openapi('OwnVideo');

export const openVideo = z
  .object({
    video_id: z.uuid(),
    user_id: z.int(),
    title: z.string(),
    processed_url: url,
    poster_url: url,
    uploaded_at: z.iso.datetime(),
    processed_at: z.iso.datetime(),
    duration_seconds: z.number(),
    votes: z.int(),
    is_public: z.literal(true),
    user_first_name: z.string(),
    user_last_name: z.string(),
    user_city: z.string(),
  })
  .openapi('OpenVideo');

export const optional = <K extends string, V>(key: K, value: V | null | undefined) =>
  (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** A video for its owner, without the addresses that cost a signature. */
export function presentOwn(video: OwnVideo, mediaBaseUrl: string): z.infer<typeof ownVideo> {
  return {
    video_id: video.id,
    user_id: video.user_id,
    title: video.title,
    original_filename: video.original_filename,
    status: video.status,
    uploaded_at: video.uploaded_at.toISOString(),
    ...optional('processed_at', video.processed_at?.toISOString()),
    ...(video.open && video.media_version && stableUrls(video.id, video.media_version, mediaBaseUrl)),
    ...optional('duration_seconds', video.duration_seconds),
    ...optional('failure_code', video.failure_code),
    ...optional('failure_reason', video.failure_code && failureReason(video.failure_code)),
    ...(video.status === 'processing' && { progress: video.progress, ...optional('stage', video.stage) }),
    votes: video.votes,
    is_public: video.is_public,
    ...(video.hidden && { hidden: true as const }),
    ...(video.review === 'pending' && { review: video.review }),
  };
}

/** A video for anybody: never the original's address or file name. */
export function presentOpen(video: OpenVideo, mediaBaseUrl: string): z.infer<typeof openVideo> {
  return {
    video_id: video.id,
    user_id: video.user_id,
    title: video.title,
    ...stableUrls(video.id, video.media_version, mediaBaseUrl),
    uploaded_at: video.uploaded_at.toISOString(),
    processed_at: video.processed_at.toISOString(),
    duration_seconds: video.duration_seconds,
    votes: video.votes,
    is_public: true,
    user_first_name: video.first_name,
    user_last_name: video.last_name,
    user_city: video.city,
  };
}

export const stableUrls = (videoId: string, version: string, mediaBaseUrl: string) => ({
  processed_url: mediaUrl(mediaBaseUrl, videoId, version, 'clip.mp4'),
  poster_url: mediaUrl(mediaBaseUrl, videoId, version, 'poster.jpg'),
});
