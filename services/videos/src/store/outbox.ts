import type { ISql } from '@anb/service-kit/database';

export const outboxKinds = ['transcode', 'place_media', 'remove_media', 'remove_version'] as const;
export type OutboxKind = (typeof outboxKinds)[number];

export interface OutboxEntry {
  id: string;
  kind: OutboxKind;
  video_id: string;
  /** Of the video; unknown where there is none any more. */
  user_id: number | null;
  request_id: string | null;
  traceparent: string | null;
  version: string | null;
}

export interface OutboxBacklog {
  kind: OutboxKind;
  pending: number;
  oldestSeconds: number;
}

/**
 * Takes the oldest entries that are due: nobody else sees them for so many seconds, within which they are to be done
 * and deleted. No transaction stays open meanwhile, for it would hold up whoever waits for all older ones to end.
 */
export async function takeOutboxEntries(
  sql: ISql,
  kinds: readonly OutboxKind[],
  limit: number,
  seconds: number,
): Promise<OutboxEntry[]> {
  return sql<OutboxEntry[]>`
    with due as (
      select id
      from videos.outbox
      where kind = any(${kinds as OutboxKind[]}) and due_at <= now()
      order by id
      limit ${limit}
      for update skip locked
    ), taken as (
      update videos.outbox o
      set due_at = now() + make_interval(secs => ${seconds})
      from due
      where o.id = due.id
      returning o.*
    )
    select taken.id, taken.kind, taken.video_id, v.user_id, taken.request_id, taken.traceparent, taken.version
    from taken
    left join videos.videos v on v.id = taken.video_id
    order by taken.id`;
}

export async function deleteOutboxEntries(sql: ISql, entries: readonly OutboxEntry[]): Promise<void> {
  await sql`delete from videos.outbox where id = any(${entries.map(({ id }) => id)}::bigint[])`;
}

/** Not before so many seconds from now; the entries behind them go first. */
export async function postponeOutboxEntries(
  sql: ISql,
  entries: readonly OutboxEntry[],
  seconds: number,
): Promise<void> {
  await sql`
    update videos.outbox set due_at = now() + make_interval(secs => ${seconds})
    where id = any(${entries.map(({ id }) => id)}::bigint[])`;
}

/**
 * Nobody else moves or removes this video's media until the transaction ends.
 * @returns false when somebody does; waiting for them would hold up all other videos
 */
export async function lockMedia(sql: ISql, videoId: string): Promise<boolean> {
  const [lock] = await sql<{ mine: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended(${videoId}, 0)) as mine`;
  return lock?.mine ?? false;
}

export interface Placement {
  version: string;
  /** Where its media stand. */
  media_withheld: boolean;
  /** Whether that is where they belong. */
  is_right: boolean;
}

/** Of a video that has media. */
export async function mediaPlacement(sql: ISql, videoId: string): Promise<Placement | undefined> {
  const [row] = await sql<Placement[]>`
    select media_version as version, media_withheld, open <> media_withheld as is_right
    from videos.videos
    where id = ${videoId} and status = 'processed' and deleted_at is null`;
  return row;
}

export async function noteMediaMoved(sql: ISql, videoId: string, placement: Placement): Promise<void> {
  await sql`
    update videos.videos
    set media_withheld = ${!placement.media_withheld}
    where id = ${videoId} and media_version = ${placement.version} and deleted_at is null`;
}

/** Of the kinds that have entries; those that were left for later count from then on. */
export async function outboxBacklog(sql: ISql): Promise<OutboxBacklog[]> {
  return sql<OutboxBacklog[]>`
    select kind, count(*)::integer as pending, extract(epoch from now() - min(created_at))::float8 as "oldestSeconds"
    from videos.outbox
    where created_at <= now()
    group by kind`;
}
