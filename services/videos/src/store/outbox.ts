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

/** The oldest entries that are due and that nobody else has in hand, locked for this transaction. */
export async function lockOutboxEntries(
  sql: ISql,
  kinds: readonly OutboxKind[],
  limit: number,
): Promise<OutboxEntry[]> {
  return sql<OutboxEntry[]>`
    select o.id, o.kind, o.video_id, v.user_id, o.request_id, o.traceparent, o.version
    from videos.outbox o
    left join videos.videos v on v.id = o.video_id
    where o.kind = any(${kinds as OutboxKind[]}) and o.due_at <= now()
    order by o.id
    limit ${limit}
    for update of o skip locked`;
}

export async function deleteOutboxEntries(sql: ISql, entries: readonly OutboxEntry[]): Promise<void> {
  await sql`delete from videos.outbox where id = any(${entries.map(({ id }) => id)}::bigint[])`;
}

/** Lets the entries behind it go first. */
export async function postponeOutboxEntry(sql: ISql, { id }: OutboxEntry, seconds: number): Promise<void> {
  await sql`update videos.outbox set due_at = now() + make_interval(secs => ${seconds}) where id = ${id}`;
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
