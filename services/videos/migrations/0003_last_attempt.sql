-- Gives the lease back. p_fault is what broke the attempt off; null: the worker stops, which is no attempt.
-- outcome: released, to be tried again after wait_seconds; failed, when that was the last attempt, with the fault as
-- its reason; published, when an earlier answer to publish was lost; lost, when the lease is another's or the video
-- is gone.
create function videos.release_lease_v2(p_video uuid, p_token uuid, p_fault text, p_max_attempts integer)
returns table (outcome text, wait_seconds integer)
language sql security definer set search_path = ''
as $$
  with held as (
    select id, p_fault is not null and attempts >= p_max_attempts as is_last
    from videos.videos
    where id = p_video and lease_token = p_token
    for update
  ), released as (
    update videos.videos v
    set lease_token = null, lease_expires_at = null,
      attempts = attempts - case when p_fault is null then 1 else 0 end,
      status = case when is_last then 'failed' else status end,
      failure_code = case when is_last then p_fault else failure_code end
    from held
    where v.id = held.id
    returning case when is_last then 'failed' else 'released' end as outcome,
      case when is_last or p_fault is null then 0 else least(5 * 2 ^ (attempts - 1), 300)::integer end as wait_seconds
  )
  select outcome, wait_seconds from released
  union all
  select case when exists (select from videos.videos where id = p_video and media_version = p_token)
    then 'published' else 'lost' end, 0
  where not exists (select from released);
$$;

grant execute on function videos.release_lease_v2 to anb_transcoder;
