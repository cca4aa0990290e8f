import type { ISql, Sql } from '@anb/service-kit/database';
import { isDependencyAway } from '@anb/service-kit/errors';
import type { Part } from '@anb/service-kit/objects';

/** What one player may have at a time. */
export interface Quota {
  /** Videos, uploads under way among them. */
  videos: number;
  /** Direct uploads under way. */
  directUploads: number;
}

export type BeginOutcome = 'begun' | 'too_many_videos' | 'too_many_uploads';

/** What a direct upload announces before its first byte. */
export interface Announced {
  title: string;
  title_key: string;
  is_public: boolean;
  original_filename: string;
  size_bytes: number;
  part_size: number;
}

/** A direct upload under way. */
export interface UploadSession extends Announced {
  video_id: string;
  user_id: number;
  object_key: string;
  started_at: Date;
  upload_id: string;
  received: Part[];
}

export interface NewVideo {
  id: string;
  user_id: number;
  title: string;
  title_key: string;
  original_filename: string;
  original_key: string;
  size_bytes: number;
  is_public: boolean;
}

/** The request that asked for a job, so that its traces can be found together. */
export interface Origin {
  requestId: string;
  traceparent: string | undefined;
}

/** Notes that bytes are about to be stored, so that a crash leaves no object that nobody knows. */
export async function beginUpload(
  sql: Sql,
  upload: { video_id: string; user_id: number; object_key: string } & Partial<Announced>,
  quota: Quota,
): Promise<BeginOutcome> {
  return sql.begin(async (transaction) => {
    // One at a time for each player, or two at once would both find the last place free.
    await transaction`select pg_advisory_xact_lock(hashtextextended('videos.uploads', ${upload.user_id}))`;
    // What broke off with its process keeps no place until the clean-up: of those through the service what is older than
    // a request may be, of the direct ones what the store had not begun, which can be neither gone on with nor cancelled.
    const [used] = await transaction<{ videos: number; direct: number }[]>`
      select
        (select count(*) from videos.videos where user_id = ${upload.user_id} and deleted_at is null)::integer
          + count(*)::integer as videos,
        count(*) filter (where size_bytes is not null)::integer as direct
      from videos.uploads
      where user_id = ${upload.user_id} and state <> 'ending'
        and case when size_bytes is null then started_at > now() - interval '1 hour'
          else upload_id is not null or started_at > now() - interval '1 minute' end`;
    if (used && used.videos >= quota.videos) return 'too_many_videos';
    if (used && upload.size_bytes !== undefined && used.direct >= quota.directUploads)
      return 'too_many_uploads';
    await transaction`insert into videos.uploads ${transaction(upload)}`;
    return 'begun';
  });
}

export async function noteMultipart(sql: ISql, videoId: string, uploadId: string): Promise<void> {
  await sql`update videos.uploads set upload_id = ${uploadId} where video_id = ${videoId}`;
}

export async function forgetUpload(sql: ISql, videoId: string): Promise<void> {
  await sql`delete from videos.uploads where video_id = ${videoId}`;
}

const session = (sql: ISql) => sql`
  u.video_id, u.user_id, u.object_key, u.started_at, u.upload_id, u.title, u.title_key, u.is_public,
  u.original_filename, u.size_bytes::float8 as size_bytes, u.part_size,
  coalesce((
    select json_agg(json_build_object('number', p.number, 'etag', p.etag) order by p.number)
    from videos.upload_parts p
    where p.video_id = u.video_id
  ), '[]') as received`;

/** A player's direct uploads under way, or one of them; newest first. */
export async function listSessions(sql: ISql, userId: number, videoId?: string): Promise<UploadSession[]> {
  return sql<UploadSession[]>`
    select ${session(sql)}
    from videos.uploads u
    where u.user_id = ${userId} and u.upload_id is not null and u.size_bytes is not null and u.state <> 'ending'
      ${videoId === undefined ? sql`` : sql`and u.video_id = ${videoId}`}
    order by u.started_at desc`;
}

/** Whose a direct upload or the video that became of it is; undefined when there is neither. */
export async function ownerOf(
  sql: ISql,
  videoId: string,
): Promise<{ userId: number; isVideo: boolean } | undefined> {
  const [row] = await sql<{ userId: number; isVideo: boolean }[]>`
    select user_id as "userId", true as "isVideo" from videos.videos where id = ${videoId} and deleted_at is null
    union all
    select user_id, false from videos.uploads
    where video_id = ${videoId} and upload_id is not null and size_bytes is not null and state <> 'ending'`;
  return row;
}

/** @returns false when the upload is not under way any more */
export async function noteReceived(sql: ISql, videoId: string, { number, etag }: Part): Promise<boolean> {
  const [noted] = await sql`
    with session as (
      update videos.uploads set touched_at = now()
      where video_id = ${videoId} and state = 'open'
      returning video_id
    )
    insert into videos.upload_parts (video_id, number, etag)
    select video_id, ${number}, ${etag} from session
    on conflict (video_id, number) do update set etag = excluded.etag
    returning number`;
  return noted !== undefined;
}

/** From now on nobody adds parts; asked again it is granted again, for the answer may have been lost. */
export async function claimCompletion(sql: ISql, videoId: string): Promise<UploadSession | undefined> {
  const [claimed] = await sql<UploadSession[]>`
    with claimed as (
      update videos.uploads set state = 'completing', touched_at = now()
      where video_id = ${videoId} and state in ('open', 'completing')
      returning *
    )
    select ${session(sql)} from claimed u`;
  return claimed;
}

/** What was reported as received is not what the store has: it goes on from the beginning. */
export async function reopenUpload(sql: ISql, videoId: string): Promise<void> {
  await sql`
    with reopened as (
      update videos.uploads set state = 'open'
      where video_id = ${videoId} and state = 'completing'
      returning video_id
    )
    delete from videos.upload_parts p using reopened where p.video_id = reopened.video_id`;
}

export interface EndingUpload {
  video_id: string;
  object_key: string;
  upload_id: string | null;
}

/** From now on it can not be completed. */
export async function beginEnding(sql: ISql, videoId: string): Promise<EndingUpload | undefined> {
  const [upload] = await sql<EndingUpload[]>`
    update videos.uploads set state = 'ending', touched_at = now()
    where video_id = ${videoId}
    returning video_id, object_key, upload_id`;
  return upload;
}

/** As `beginEnding`, for those that nobody touched for so long, and those whose ending broke off. */
export async function beginEndingAbandoned(sql: ISql, hours: number, limit: number): Promise<EndingUpload[]> {
  return sql<EndingUpload[]>`
    update videos.uploads set state = 'ending', touched_at = now()
    where video_id in (
      select video_id
      from videos.uploads
      where touched_at < now() - make_interval(hours => ${hours})
        or state = 'ending' and touched_at < now() - interval '5 minutes'
      order by touched_at
      limit ${limit}
    )
    returning video_id, object_key, upload_id`;
}

/**
 * The video and its job in the outbox come into being together, once: the answer to a commit can be lost, so what is
 * there already is accepted.
 * @returns false when the upload was ended meanwhile
 */
export async function acceptUpload(sql: Sql, video: NewVideo, origin: Origin): Promise<boolean> {
  const accept = () =>
    sql.begin(async (transaction) => {
      const [upload] = await transaction`
        delete from videos.uploads where video_id = ${video.id} and state <> 'ending' returning video_id`;
      if (!upload) {
        const [known] = await transaction`select from videos.videos where id = ${video.id}`;
        return known !== undefined;
      }
      await transaction`insert into videos.videos ${transaction(video)}`;
      await transaction`
        insert into videos.outbox (kind, video_id, request_id, traceparent)
        values ('transcode', ${video.id}, ${origin.requestId}, ${origin.traceparent ?? null})`;
      return true;
    });
  return accept().catch((error: unknown) => {
    if (!isDependencyAway(error)) throw error;
    return accept();
  });
}
