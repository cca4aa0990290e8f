import { mediaUrl } from '@anb/service-kit/media';
import { z } from '@hono/zod-openapi';
import type { OpenVideo, OwnVideo } from './store/videos.ts';

const url = z.string().openapi({ format: 'uri' });

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
    stage: z
      .enum(['downloading', 'examining', 'transcoding', 'storing'])
      .optional()
      .openapi({ description: 'What is being done, while it is processed.' }),
    votes: z.int(),
    is_public: z.boolean(),
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

const OTHER_REASON = 'No pudimos procesar el video después de varios intentos. Inténtalo con otro archivo.';

/** Failure codes of the transcoder, worded for the player. */
const failureReasons: Record<string, string> = {
  not_a_video: 'El archivo no es un video MP4 o MOV.',
  unreadable: 'El video está dañado o incompleto. Vuelve a grabarlo o expórtalo de nuevo.',
  unsupported_codec:
    'El video usa un formato de imagen o de sonido que no aceptamos. Expórtalo como MP4 (H.264) y vuelve a subirlo.',
  no_picture: 'El archivo no tiene imagen, solo sonido u otros datos.',
  too_short: 'El video es demasiado corto. Sube uno de al menos medio segundo.',
  too_large_picture: 'La resolución del video es demasiado grande. El máximo es 8K.',
  too_many_streams: 'El archivo tiene demasiadas pistas. Expórtalo solo con el video y el sonido.',
  too_many_frames:
    'El video tiene demasiados cuadros por segundo. Expórtalo a 60 cuadros por segundo o menos y vuelve a subirlo.',
  too_demanding:
    'El video exige demasiado para procesarlo. Expórtalo en 1080p a 30 cuadros por segundo y vuelve a subirlo.',
  original_missing: 'El archivo que subiste ya no está. Vuelve a subirlo.',
  took_too_long: 'El video tarda demasiado en procesarse. Prueba con uno más corto o de menor resolución.',
  unavailable: 'No pudimos procesar el video por un problema nuestro. Vuelve a subirlo más tarde.',
  worker_died:
    'El video interrumpió varias veces su procesamiento. Expórtalo de nuevo o inténtalo con otro archivo.',
  processing_failed: OTHER_REASON,
};

/** In Spanish, as the player reads it. */
export const failureReason = (code: string): string => failureReasons[code] ?? OTHER_REASON;

const optional = <K extends string, V>(key: K, value: V | null | undefined) =>
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

const stableUrls = (videoId: string, version: string, mediaBaseUrl: string) => ({
  processed_url: mediaUrl(mediaBaseUrl, videoId, version, 'clip.mp4'),
  poster_url: mediaUrl(mediaBaseUrl, videoId, version, 'poster.jpg'),
});
