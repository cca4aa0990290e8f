import type { ISql } from '@anb/service-kit/database';

/** What the catalogue knows that the store may hold of one video. */
export interface Holding {
  id: string;
  /** Whether the catalogue has it, if only as a tombstone. */
  is_known: boolean;
  /** The original of an upload under way, or of a video that is not deleted. */
  has_original: boolean;
  media_version: string | null;
  media_withheld: boolean;
  /** Of a worker that may be storing now. */
  lease_token: string | null;
  /** Work in the outbox that will move or remove what is there. */
  is_pending: boolean;
}

/** Of the videos and uploads among the ids; one query. */
export async function holdingsOf(sql: ISql, ids: readonly string[]): Promise<Map<string, Holding>> {
  const rows = await sql<Holding[]>`
    select ids.id,
      known.id is not null as is_known,
      u.video_id is not null or v.id is not null as has_original,
      v.media_version, coalesce(v.media_withheld, false) as media_withheld,
      case when v.lease_expires_at > now() then v.lease_token end as lease_token,
      exists (select from videos.outbox o where o.video_id = ids.id and o.kind <> 'transcode') as is_pending
    from unnest(${ids as string[]}::uuid[]) ids (id)
    left join videos.videos known on known.id = ids.id
    left join videos.videos v on v.id = ids.id and v.deleted_at is null
    left join videos.uploads u on u.video_id = ids.id`;
  return new Map(rows.map((row) => [row.id, row]));
}

export interface Expected {
  id: string;
  media_version: string | null;
  media_withheld: boolean;
}

/**
 * Videos that are not deleted, are not known to lack their original and have nothing in the outbox, in the order of
 * their ids; those after one.
 */
export async function listExpected(sql: ISql, after: string | null, limit: number): Promise<Expected[]> {
  return sql<Expected[]>`
    select v.id, v.media_version, v.media_withheld
    from videos.videos v
    where v.deleted_at is null and v.failure_code is distinct from 'original_missing'
      ${after === null ? sql`` : sql`and v.id > ${after}`}
      and not exists (select from videos.outbox o where o.video_id = v.id and o.kind <> 'transcode')
    order by v.id
    limit ${limit}`;
}
