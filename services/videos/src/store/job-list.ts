import type { ISql } from '@anb/service-kit/database';
import type { OwnVideo } from './videos.ts';

/** What organisers can ask the list for; pending: it would be open for voting if an organiser approved it. */
export const listedStates = ['uploaded', 'processing', 'processed', 'failed', 'hidden', 'pending'] as const;
export type ListedState = (typeof listedStates)[number];

/** A video as organisers see it. */
export interface Job
  extends Pick<
    OwnVideo,
    | 'id'
    | 'user_id'
    | 'title'
    | 'status'
    | 'is_public'
    | 'hidden'
    | 'review'
    | 'open'
    | 'stage'
    | 'progress'
    | 'failure_code'
    | 'uploaded_at'
    | 'processed_at'
    | 'media_version'
    | 'media_withheld'
  > {
  /** null: the account is gone. */
  first_name: string | null;
  last_name: string | null;
  attempts: number;
  deaths: number;
  queued_at: Date;
  with_worker: boolean;
}

const jobColumns = (sql: ISql) => sql`
  v.id, v.user_id, v.title, v.status, v.is_public, v.hidden_at is not null as hidden, v.review, v.open, v.stage,
  v.progress, v.attempts, v.deaths, v.failure_code, v.uploaded_at, v.queued_at, v.processed_at, v.media_version,
  v.media_withheld, coalesce(v.lease_expires_at > now(), false) as with_worker`;

const isListed = (sql: ISql, state: ListedState | undefined) => {
  if (state === undefined) return sql`v.deleted_at is null`;
  if (state === 'hidden') return sql`v.deleted_at is null and v.hidden_at is not null`;
  if (state === 'pending') {
    return sql`
      v.deleted_at is null and v.review = 'pending' and v.is_public and v.status = 'processed'
      and v.hidden_at is null`;
  }
  return sql`v.deleted_at is null and v.status = ${state}`;
};

/**
 * One page and how many there are on all pages: one query, whatever the page. The latest queued first; those that wait
 * for an organiser the other way round.
 */
export async function listJobs(
  sql: ISql,
  { state, page, limit }: { state?: ListedState | undefined; page: number; limit: number },
): Promise<{ jobs: Job[]; total: number }> {
  const direction = state === 'pending' ? sql`asc` : sql`desc`;
  const rows = await sql<(Omit<Job, 'id'> & { total: number; id: string | null })[]>`
    with page as (
      select ${jobColumns(sql)}
      from videos.videos v
      where ${isListed(sql, state)}
      order by v.queued_at ${direction}, v.id
      limit ${limit} offset ${(page - 1) * limit}
    )
    select totals.total, page.*, player.first_name, player.last_name
    from (select count(*)::integer as total from videos.videos v where ${isListed(sql, state)}) totals
    left join page on true
    left join auth.player_card player on player.id = page.user_id
    order by page.queued_at ${direction}, page.id`;
  return { total: rows[0]?.total ?? 0, jobs: rows.filter((row): row is Job & typeof row => row.id !== null) };
}

export async function findJob(sql: ISql, videoId: string): Promise<Job | undefined> {
  const [job] = await sql<Job[]>`
    select ${jobColumns(sql)}, player.first_name, player.last_name
    from videos.videos v
    left join auth.player_card player on player.id = v.user_id
    where v.id = ${videoId} and v.deleted_at is null`;
  return job;
}
