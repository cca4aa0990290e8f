import type { ISql, Sql } from '@anb/service-kit/database';
import type { Stage } from './videos.ts';

const isLeased = (sql: ISql) => sql`coalesce(v.lease_expires_at > now(), false)`;
const isUnfinished = (sql: ISql) => sql`v.status in ('uploaded', 'processing') and v.deleted_at is null`;

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
      coalesce(extract(epoch from now() - min(queued_at) filter (where not leased)), 0)::float8
        as "oldestWaitingSeconds"
    from (
      select v.queued_at, ${isLeased(sql)} as leased
      from videos.videos v
      where ${isUnfinished(sql)}
    ) unfinished`;
  return row ?? { waiting: 0, leased: 0, oldestWaitingSeconds: 0 };
}

/** Queues every unfinished video again, after the queue itself was lost; a lease decides between two messages. */
export async function requeueUnfinished(sql: ISql): Promise<number> {
  const rows = await sql`
    insert into videos.outbox (kind, video_id)
    select 'transcode', v.id
    from videos.videos v
    where ${isUnfinished(sql)}
      and not exists (select from videos.outbox o where o.video_id = v.id and o.kind = 'transcode')
    order by v.queued_at
    returning id`;
  return rows.length;
}

/** Sent again so often without any worker taking it, a job will not be taken the next time either. */
const MAX_RESENDS = 5;

export interface Swept {
  resent: number;
  failed: number;
}

/**
 * Sends the jobs again that no worker has and no message can stand for, because the queue is empty. One replica at a
 * time; what was queued within the last `settleSeconds` may still be on its way.
 */
export async function sweepJobs(sql: Sql, settleSeconds: number): Promise<Swept> {
  return sql.begin(async (transaction) => {
    const [turn] = await transaction<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended('videos.sweep', 0)) as mine`;
    if (!turn?.mine) return { resent: 0, failed: 0 };
    const [swept] = await transaction<Swept[]>`
      with lost as (
        select v.id, v.lease_token, v.resends >= ${MAX_RESENDS} as is_last
        from videos.videos v
        where ${isUnfinished(transaction)} and not ${isLeased(transaction)}
          and v.queued_at < now() - make_interval(secs => ${settleSeconds})
          and not exists (select from videos.outbox o where o.video_id = v.id and o.kind = 'transcode')
        order by v.queued_at
        limit 1000
        for update skip locked
      ), marked as (
        update videos.videos v
        set resends = resends + 1,
          status = case when lost.is_last then 'failed' else v.status end,
          failure_code = case when lost.is_last then 'processing_failed' end,
          lease_token = case when not lost.is_last then v.lease_token end
        from lost
        where v.id = lost.id
        returning v.id, lost.lease_token, lost.is_last
      ), removal as (
        insert into videos.outbox (kind, video_id, version)
        select 'remove_version', id, lease_token from marked where is_last and lease_token is not null
      ), resent as (
        insert into videos.outbox (kind, video_id)
        select 'transcode', id from marked where not is_last
        returning id
      )
      select (select count(*) from resent)::integer as resent,
        (select count(*) from marked where is_last)::integer as failed`;
    return swept ?? { resent: 0, failed: 0 };
  });
}

export type RetryOutcome = 'queued' | 'not_failed' | 'forbidden' | 'not_found';

/** Queues a failed video again with a clean record; `userId` null: whoever's it is. */
export async function retryJob(sql: ISql, videoId: string, userId: number | null): Promise<RetryOutcome> {
  const [row] = await sql<{ outcome: RetryOutcome }[]>`
    with found as (
      select id, status, user_id
      from videos.videos
      where id = ${videoId} and deleted_at is null
      for update
    ), retried as (
      update videos.videos v
      set status = 'uploaded', failure_code = null, stage = null, progress = 0, attempts = 0, deaths = 0, resends = 0,
        queued_at = now()
      from found
      where v.id = found.id and found.status = 'failed' and found.user_id = coalesce(${userId}, found.user_id)
      returning v.id
    ), queued as (
      insert into videos.outbox (kind, video_id)
      select 'transcode', id from retried
    )
    select case
      when user_id <> coalesce(${userId}, user_id) then 'forbidden'
      when status <> 'failed' then 'not_failed'
      else 'queued' end as outcome
    from found`;
  return row?.outcome ?? 'not_found';
}

/** How far a job is, for who watches it. */
export interface JobState {
  id: string;
  user_id: number;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  stage: Stage | null;
  progress: number;
  failure_code: string | null;
  /** 1: the next to be taken; about, since fair queues do not go strictly by age. null when it does not wait. */
  queue_place: number | null;
}

/** One query, however many are asked for. Those that are deleted are missing. */
export async function jobStates(sql: ISql, videoIds: readonly string[]): Promise<JobState[]> {
  return sql<JobState[]>`
    with waiting as (
      select v.id, row_number() over (order by v.queued_at, v.id)::integer as place
      from videos.videos v
      where ${isUnfinished(sql)} and not ${isLeased(sql)}
    )
    select v.id, v.user_id, v.status, v.stage, v.progress, v.failure_code, waiting.place as queue_place
    from videos.videos v
    left join waiting using (id)
    where v.id = any(${videoIds as string[]}::uuid[]) and v.deleted_at is null`;
}
