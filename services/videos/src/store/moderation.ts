import type { ISql, Sql } from '@anb/service-kit/database';
import { type RetryOutcome, retryJob } from './jobs.ts';

export interface Judgement {
  videoId: string;
  isHidden: boolean;
  /** The title that the organiser has seen; null: any. */
  title: string | null;
  organiserId: number;
}

export type Judged = 'judged' | 'title_changed' | 'not_found';

/**
 * Takes a video out of the public eye, or puts it there, which approves what can be seen of it. Either way the
 * reports about it are settled; whatever changes leaves its trace.
 */
export async function judgeVideo(
  sql: ISql,
  { videoId, isHidden, title, organiserId }: Judgement,
): Promise<Judged> {
  const [video] = await sql<{ is_seen: boolean }[]>`
    with found as (
      select id, title, hidden_at is not null as was_hidden,
        not ${isHidden}
          and (review = 'pending' or review is null and is_public and status = 'processed') as is_approved,
        title = coalesce(${title}, title) as is_seen
      from videos.videos
      where id = ${videoId} and deleted_at is null
      for update
    ), changed as (
      update videos.videos v
      set hidden_at = case when ${isHidden} then now() end,
        review = case when found.is_approved then 'approved' else v.review end
      from found
      where v.id = found.id and found.is_seen and (found.was_hidden <> ${isHidden} or found.is_approved)
      returning v.id
    ), settled as (
      update videos.reports r
      set settled_at = now()
      from found
      where r.video_id = found.id and found.is_seen and r.settled_at is null
      returning r.video_id
    ), noted as (
      insert into videos.audit (user_id, action, video_id, detail)
      select ${organiserId}, ${isHidden ? 'hide' : 'show'}, found.id,
        jsonb_build_object('title', found.title, 'approved', coalesce(found.is_approved, false), 'settled', counted.settled)
      from found
      cross join (select count(*) as settled from settled) counted
      where exists (select from changed) or counted.settled > 0
    )
    select is_seen from found`;
  if (!video) return 'not_found';
  return video.is_seen ? 'judged' : 'title_changed';
}

/** Queues anybody's failed video again. */
export async function retryForOrganiser(
  sql: Sql,
  videoId: string,
  organiserId: number,
): Promise<RetryOutcome> {
  return sql.begin(async (transaction) => {
    const outcome = await retryJob(transaction, videoId, null);
    if (outcome === 'queued') await noteAction(transaction, organiserId, 'retry', { video_id: videoId });
    return outcome;
  });
}

/** Leaves the trace of a change. */
export async function noteAction(
  sql: ISql,
  organiserId: number,
  action: string,
  { video_id = null, ...detail }: { video_id?: string | null; [more: string]: unknown },
): Promise<void> {
  await sql`
    insert into videos.audit (user_id, action, video_id, detail)
    values (${organiserId}, ${action}, ${video_id}, ${JSON.stringify(detail)}::text::jsonb)`;
}
