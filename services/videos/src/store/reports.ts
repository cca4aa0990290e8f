import type { ISql } from '@anb/service-kit/database';

/**
 * Notes what a user says is wrong with a video. One report each: another replaces it, and asks again when organisers had
 * settled it.
 * @returns false when no such video is open for voting
 */
export async function reportVideo(
  sql: ISql,
  { videoId, userId, reason }: { videoId: string; userId: number; reason: string },
): Promise<boolean> {
  const reported = await sql`
    insert into videos.reports (video_id, user_id, reason)
    select id, ${userId}, ${reason}
    from videos.videos
    where id = ${videoId} and open
    on conflict (video_id, user_id) do update
    set reason = excluded.reason, reported_at = excluded.reported_at, settled_at = null`;
  return reported.count === 1;
}

/** A video with reports that no organiser has settled. */
export interface ReportedVideo {
  id: string;
  user_id: number;
  title: string;
  first_name: string | null;
  last_name: string | null;
  hidden: boolean;
  open: boolean;
  reports: number;
  /** The latest first. */
  reasons: string[];
  first_at: Date;
  last_at: Date;
}

/** Reasons shown of one video in the list. */
const LISTED_REASONS = 5;

const openReasons = (sql: ISql, limit: number) => sql`
  select reason
  from videos.reports
  where video_id = v.id and settled_at is null
  order by reported_at desc
  limit ${limit}`;

/** One page, the most reported first, and how many there are on all pages. */
export async function listReported(
  sql: ISql,
  { page, limit }: { page: number; limit: number },
): Promise<{ videos: ReportedVideo[]; total: number }> {
  const rows = await sql<(Omit<ReportedVideo, 'id'> & { total: number; id: string | null })[]>`
    with reported as (
      select r.video_id, count(*)::integer as reports, min(r.reported_at) as first_at, max(r.reported_at) as last_at
      from videos.reports r
      join videos.videos v on v.id = r.video_id
      where r.settled_at is null and v.deleted_at is null
      group by r.video_id
    ), page as (
      select *
      from reported
      order by reports desc, first_at, video_id
      limit ${limit} offset ${(page - 1) * limit}
    )
    select totals.total, v.id, v.user_id, v.title, v.hidden_at is not null as hidden, v.open,
      player.first_name, player.last_name, page.reports, page.first_at, page.last_at,
      to_jsonb(array(${openReasons(sql, LISTED_REASONS)})) as reasons
    from (select count(*)::integer as total from reported) totals
    left join page on true
    left join videos.videos v on v.id = page.video_id
    left join auth.player_card player on player.id = v.user_id
    order by page.reports desc, page.first_at, page.video_id`;
  return {
    total: rows[0]?.total ?? 0,
    videos: rows.filter((row): row is ReportedVideo & typeof row => row.id !== null),
  };
}

/** What is said of one video and not settled, the latest first. */
export async function reasonsAgainst(sql: ISql, videoId: string): Promise<string[]> {
  const rows = await sql<{ reason: string }[]>`
    select said.reason
    from videos.videos v
    cross join lateral (${openReasons(sql, 100)}) said
    where v.id = ${videoId}`;
  return rows.map(({ reason }) => reason);
}
