import type { ISql, Sql } from '@anb/service-kit/database';
import { type RetryOutcome, retryJob } from './jobs.ts';

/** Takes a video out of the public eye, or back; every change leaves its trace. @returns false when there is none */
export async function setHidden(
  sql: ISql,
  videoId: string,
  isHidden: boolean,
  organiserId: number,
): Promise<boolean> {
  const [video] = await sql`
    with found as (
      select id, hidden_at is not null as was_hidden
      from videos.videos
      where id = ${videoId} and deleted_at is null
      for update
    ), changed as (
      update videos.videos v
      set hidden_at = case when ${isHidden} then now() end
      from found
      where v.id = found.id and found.was_hidden <> ${isHidden}
      returning v.id
    ), traced as (
      insert into videos.audit (user_id, action, video_id)
      select ${organiserId}, ${isHidden ? 'hide' : 'show'}, id from changed
    )
    select from found`;
  return video !== undefined;
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
