import type { ISql, Sql } from '@anb/service-kit/database';

/** A video as its owner may see it. */
export interface OwnVideo {
  id: string;
  user_id: number;
  title: string;
  original_filename: string;
  original_key: string;
  is_public: boolean;
  open: boolean;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  uploaded_at: Date;
  processed_at: Date | null;
  media_version: string | null;
  duration_seconds: number | null;
  failure_code: string | null;
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

export type Refused = 'not_found' | 'forbidden' | 'open_for_voting';

// ── Uploads ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Notes that bytes are about to be stored, so that a crash leaves no object that nobody knows. */
export async function beginUpload(
  sql: ISql,
  videoId: string,
  userId: number,
  objectKey: string,
): Promise<void> {
  await sql`
    insert into videos.uploads (video_id, user_id, object_key)
    values (${videoId}, ${userId}, ${objectKey})`;
}

export async function forgetUpload(sql: ISql, videoId: string): Promise<void> {
  await sql`delete from videos.uploads where video_id = ${videoId}`;
}

/** The video and its job in the outbox come into being together. */
export async function acceptUpload(sql: Sql, video: NewVideo, requestId: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await forgetUpload(transaction, video.id);
    await transaction`insert into videos.videos ${transaction(video)}`;
    await transaction`
      insert into videos.outbox (kind, video_id, request_id)
      values ('transcode', ${video.id}, ${requestId})`;
  });
}

// ── The owner's videos ──────────────────────────────────────────────────────────────────────────────────────

const ownColumns = (sql: ISql) => sql`
  v.id, v.user_id, v.title, v.original_filename, v.original_key, v.is_public, v.open, v.status, v.uploaded_at,
  v.processed_at, v.media_version, v.duration_seconds, v.failure_code, v.progress, coalesce(t.votes, 0) as votes`;

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

/** The first time a processed video becomes public it opens for voting, under its player's city of that moment. */
export async function changeVideo(
  sql: Sql,
  videoId: string,
  userId: number,
  { title, title_key, is_public }: VideoChange,
): Promise<OwnVideo | Refused> {
  const changed = await sql`
    update videos.videos v
    set
      title = coalesce(${title}, v.title),
      title_key = coalesce(${title_key}, v.title_key),
      is_public = coalesce(${is_public}, v.is_public),
      published_at = case when ${is_public ?? false} and v.status = 'processed'
        then coalesce(v.published_at, now()) else v.published_at end,
      city = case when ${is_public ?? false} and v.status = 'processed'
        then coalesce(v.city, player.city) else v.city end,
      city_key = case when ${is_public ?? false} and v.status = 'processed'
        then coalesce(v.city_key, player.city_key) else v.city_key end
    from auth.player_card player
    where v.id = ${videoId} and v.user_id = ${userId} and v.deleted_at is null and player.id = v.user_id`;
  return changed.count === 1 ? findOwn(sql, videoId, userId) : whyRefused(sql, videoId, userId);
}

/** Leaves a tombstone; what the store holds of the video goes through the outbox. */
export async function deleteVideo(sql: ISql, videoId: string, userId: number): Promise<'deleted' | Refused> {
  const [deleted] = await sql`
    with tombstone as (
      update videos.videos
      set deleted_at = now(), title = null, title_key = null, original_filename = null, original_key = null,
        lease_token = null, lease_expires_at = null
      where id = ${videoId} and user_id = ${userId} and deleted_at is null and not open
      returning id
    ), removal as (
      insert into videos.outbox (kind, video_id)
      select 'remove_media', id from tombstone
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
    random: sql`md5(v.id::text || ${seed}), v.id`,
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

export async function isPublished(sql: ISql, videoId: string, version: string): Promise<boolean> {
  const [video] = await sql`
    select from videos.videos
    where id = ${videoId} and media_version = ${version} and open`;
  return video !== undefined;
}

// ── The outbox ──────────────────────────────────────────────────────────────────────────────────────────────

export const outboxKinds = ['transcode', 'remove_media'] as const;
export type OutboxKind = (typeof outboxKinds)[number];

export interface OutboxEntry {
  id: string;
  video_id: string;
  request_id: string | null;
}

export interface OutboxBacklog {
  kind: OutboxKind;
  pending: number;
  oldestSeconds: number;
}

/** The oldest entries that nobody else has in hand, locked for this transaction. */
export async function lockOutboxEntries(sql: ISql, kind: OutboxKind, limit: number): Promise<OutboxEntry[]> {
  return sql<OutboxEntry[]>`
    select id, video_id, request_id
    from videos.outbox
    where kind = ${kind}
    order by id
    limit ${limit}
    for update skip locked`;
}

export async function deleteOutboxEntries(sql: ISql, entries: OutboxEntry[]): Promise<void> {
  await sql`delete from videos.outbox where id = any(${entries.map(({ id }) => id)}::bigint[])`;
}

/** Of the kinds that have entries. */
export async function outboxBacklog(sql: ISql): Promise<OutboxBacklog[]> {
  return sql<OutboxBacklog[]>`
    select kind, count(*)::integer as pending, extract(epoch from now() - min(created_at))::float8 as "oldestSeconds"
    from videos.outbox
    group by kind`;
}

export interface JobBacklog {
  waiting: number;
  leased: number;
  oldestWaitingSeconds: number;
}

/** Videos that are not done, with a worker or waiting for one; read from the index of the unfinished. */
export async function jobBacklog(sql: ISql): Promise<JobBacklog> {
  const [row] = await sql<JobBacklog[]>`
    select
      count(*) filter (where not leased)::integer as waiting,
      count(*) filter (where leased)::integer as leased,
      coalesce(extract(epoch from now() - min(uploaded_at) filter (where not leased)), 0)::float8
        as "oldestWaitingSeconds"
    from (
      select uploaded_at, coalesce(lease_expires_at > now(), false) as leased
      from videos.videos
      where status in ('uploaded', 'processing') and deleted_at is null
    ) unfinished`;
  return row ?? { waiting: 0, leased: 0, oldestWaitingSeconds: 0 };
}

/** Queues every unfinished video again, after the queue itself was lost; a lease decides between two messages. */
export async function requeueUnfinished(sql: ISql): Promise<number> {
  const rows = await sql`
    insert into videos.outbox (kind, video_id)
    select 'transcode', v.id
    from videos.videos v
    where v.status in ('uploaded', 'processing') and v.deleted_at is null
      and not exists (select from videos.outbox o where o.video_id = v.id and o.kind = 'transcode')
    order by v.uploaded_at
    returning id`;
  return rows.length;
}
