import type { ISql } from '@anb/service-kit/database';

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

/** Leaves the trace of a change that is not about one video. */
export async function noteAction(
  sql: ISql,
  organiserId: number,
  action: string,
  detail: Record<string, number | string>,
): Promise<void> {
  await sql`
    insert into videos.audit (user_id, action, detail)
    values (${organiserId}, ${action}, ${JSON.stringify(detail)}::text::jsonb)`;
}
