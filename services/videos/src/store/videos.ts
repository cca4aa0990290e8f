import type { ISql, Sql } from '@anb/service-kit/database';
import type { MediaPlace } from '@anb/service-kit/media';

/** What a worker does with a video. */
export type Stage = 'downloading' | 'examining' | 'transcoding' | 'storing';

/** A video as its owner may see it. */
export interface OwnVideo {
  id: string;
  user_id: number;
  title: string;
  original_filename: string;
  original_key: string;
  is_public: boolean;
  /** Organisers have taken it out. */
  hidden: boolean;
  review: 'pending' | 'approved' | null;
  open: boolean;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  uploaded_at: Date;
  processed_at: Date | null;
  media_version: string | null;
  media_withheld: boolean;
  duration_seconds: number | null;
  failure_code: string | null;
  stage: Stage | null;
  progress: number;
  votes: number;
}

/** A video open for voting, as anybody may see it. */
export interface OpenVideo {
  id: string;
  user_id: number;
  title: string;
  media_version: string;
  uploaded_at: Date;
  processed_at: Date;
  duration_seconds: number;
  votes: number;
  first_name: string;
  last_name: string;
  city: string;
}

export type Refused = 'not_found' | 'forbidden' | 'open_for_voting';

// ── The owner's videos ──────────────────────────────────────────────────────────────────────────────────────

const ownColumns = (sql: ISql) => sql`
  v.id, v.user_id, v.title, v.original_filename, v.original_key, v.is_public, v.hidden_at is not null as hidden,
  v.review, v.open, v.status, v.uploaded_at, v.processed_at, v.media_version, v.media_withheld, v.duration_seconds, v.failure_code, v.stage, v.progress,
  coalesce(t.votes, 0) as votes`;

export async function listOwn(sql: ISql, userId: number): Promise<OwnVideo[]> {
  return sql<OwnVideo[]>`
    select ${ownColumns(sql)}
    from videos.videos v
    left join votes.tally t on t.video_id = v.id
    where v.user_id = ${userId} and v.deleted_at is null
    order by v.uploaded_at desc, v.id`;
}

export async function findOwn(sql: ISql, videoId: string, userId: number): Promise<OwnVideo | Refused> {
  const [video] = await sql<OwnVideo[]>`
    select ${ownColumns(sql)}
    from videos.videos v
    left join votes.tally t on t.video_id = v.id
    where v.id = ${videoId} and v.deleted_at is null`;
  if (!video) return 'not_found';
  return video.user_id === userId ? video : 'forbidden';
}

/** What is null stays as it is. */
export interface VideoChange {
  title: string | null;
  title_key: string | null;
  is_public: boolean | null;
}

/** Whether a video that becomes public opens for voting is decided by the trigger `judge_opening`. */
export async function changeVideo(
  sql: Sql,
  videoId: string,
  userId: number,
  { title, title_key, is_public }: VideoChange,
): Promise<OwnVideo | Refused> {
  const changed = await sql`
    update videos.videos
    set
      title = coalesce(${title}, title),
      title_key = coalesce(${title_key}, title_key),
      is_public = coalesce(${is_public}, is_public)
    where id = ${videoId} and user_id = ${userId} and deleted_at is null`;
  return changed.count === 1 ? findOwn(sql, videoId, userId) : whyRefused(sql, videoId, userId);
}

/**
 * Leaves a tombstone; what the store holds of the video goes through the outbox: now, and again when a worker that
 * has it in hand and dies unheard can no longer store anything.
 */
export async function deleteVideo(sql: ISql, videoId: string, userId: number): Promise<'deleted' | Refused> {
  const [deleted] = await sql`
    with held as (
      select id, lease_expires_at
      from videos.videos
      where id = ${videoId} and user_id = ${userId} and deleted_at is null and not open
      for update
    ), tombstone as (
      update videos.videos v
      set deleted_at = now(), title = null, title_key = null, original_filename = null, original_key = null,
        stage = null, lease_token = null, lease_expires_at = null
      from held
      where v.id = held.id
      returning v.id
    ), removal as (
      insert into videos.outbox (kind, video_id, created_at, due_at)
      select 'remove_media', id, due_at, due_at
      from held
      cross join lateral (values (now()), (held.lease_expires_at + interval '5 seconds')) as removals (due_at)
      where due_at is not null
    )
    select id from tombstone`;
  return deleted ? 'deleted' : whyRefused(sql, videoId, userId);
}

async function whyRefused(sql: ISql, videoId: string, userId: number): Promise<Refused> {
  const found = await findOwn(sql, videoId, userId);
  return typeof found === 'string' ? found : 'open_for_voting';
}

// ── The public catalogue ────────────────────────────────────────────────────────────────────────────────────

export interface Listing {
  cityKey?: string | undefined;
  searchKey?: string | undefined;
  sort: 'votes' | 'recent' | 'random';
  seed: string;
  page: number;
  limit: number;
}

const openColumns = (sql: ISql) => sql`
  v.id, v.user_id, v.title, v.media_version, v.uploaded_at, v.processed_at, v.duration_seconds,
  coalesce(t.votes, 0) as votes, player.first_name, player.last_name, v.city`;

/** One page of the videos open for voting and how many there are on all pages: one query, whatever the page. */
export async function listOpen(sql: ISql, listing: Listing): Promise<{ videos: OpenVideo[]; total: number }> {
  const { cityKey, searchKey, sort, seed, page, limit } = listing;
  const pattern = searchKey === undefined ? null : `%${searchKey.replace(/[\\%_]/g, '\\$&')}%`;
  const order = {
    votes: sql`coalesce(t.votes, 0) desc, v.published_at, v.id`,
    recent: sql`v.published_at desc, v.id`,
    random: sql`${shuffleKey(sql, seed)}, v.id`,
  }[sort];
  const rows = await sql<(OpenVideo & { total: number; place: number | null })[]>`
    with listed as (
      select v.id, row_number() over (order by ${order})::integer as place
      from videos.videos v
      join auth.player_card player on player.id = v.user_id
      left join votes.tally t on t.video_id = v.id
      where v.open
        ${cityKey === undefined ? sql`` : sql`and v.city_key in (${cityKeys(sql, cityKey)})`}
        ${pattern === null ? sql`` : sql`and (v.title_key like ${pattern} or player.name_key like ${pattern})`}
    ), page as (
      select listed.place, ${openColumns(sql)}
      from listed
      join videos.videos v on v.id = listed.id
      join auth.player_card player on player.id = v.user_id
      left join votes.tally t on t.video_id = v.id
      where listed.place > ${(page - 1) * limit} and listed.place <= ${page * limit}
    )
    select totals.total, page.*
    from (select count(*)::integer as total from listed) totals
    left join page on true
    order by page.place`;
  return {
    total: rows[0]?.total ?? 0,
    videos: rows.filter(({ place }) => place !== null),
  };
}

/**
 * A shuffle by weights (Efraimidis and Spirakis): who has a greater one is more often at the front. Little-seen videos
 * have: eight times that of a video with a hundred votes when nobody has voted yet, and twice as much on the day of the
 * publication and the next. In steps, so that while votes come in hardly any video changes its place between two pages.
 */
const shuffleKey = (sql: ISql, seed: string) => sql`
  -ln((('x' || left(md5(v.id::text || ${seed}), 12))::bit(48)::bigint::float8 + 0.5) / 281474976710656)
    / case when t.votes >= 100 then 1 when t.votes >= 10 then 2 when t.votes >= 1 then 4 else 8 end
    / case when v.published_at >= date_trunc('day', now(), 'UTC') - interval '1 day' then 2 else 1 end`;

/** Every way to write the city that `key` is one way of. */
const cityKeys = (sql: ISql, key: string) => sql`
  select ${key}
  union
  select written.key
  from votes.city_name asked
  join votes.city_name written using (city)
  where asked.key = ${key}`;

export async function findOpen(sql: ISql, videoId: string): Promise<OpenVideo | undefined> {
  const [video] = await sql<OpenVideo[]>`
    select ${openColumns(sql)}
    from videos.videos v
    join auth.player_card player on player.id = v.user_id
    left join votes.tally t on t.video_id = v.id
    where v.id = ${videoId} and v.open`;
  return video;
}

/** Where the media of a version stand that anybody may see; null when nobody may. */
export async function placeOfOpenMedia(
  sql: ISql,
  videoId: string,
  version: string,
): Promise<MediaPlace | null> {
  const [video] = await sql<{ media_withheld: boolean }[]>`
    select media_withheld
    from videos.videos
    where id = ${videoId} and media_version = ${version} and open`;
  return video ? placeOf(video) : null;
}

export const placeOf = ({ media_withheld }: { media_withheld: boolean }): MediaPlace =>
  media_withheld ? 'withheld/' : 'media/';
