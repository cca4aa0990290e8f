-- Takes the lease of a video for so many seconds.
-- outcome: leased; busy (another worker's lease lives for wait_seconds more); final (nothing left to do); failed (this
-- very call ended the video, for the reason of failure_code, after so many deaths).
-- A lease that ran out says that its worker died. That is no attempt, but a job that takes its worker down five times
-- ends as failed. What the dead one may have stored goes once it can no longer be storing.
create function videos.take_lease_v3(p_video uuid, p_seconds integer, p_max_attempts integer, p_max_deaths integer)
returns table (
  outcome text, token uuid, wait_seconds integer, original_key text, failure_code text, deaths integer
)
language plpgsql security definer set search_path = ''
as $$
declare
  v videos.videos;
  died integer;
  reason text;
begin
  select * into v from videos.videos where id = p_video for update;
  if not found or v.deleted_at is not null or v.status in ('processed', 'failed') then
    return query select 'final', null::uuid, 0, null::text, null::text, 0;
    return;
  end if;
  if v.lease_expires_at > clock_timestamp() then
    return query select 'busy', null::uuid,
      ceil(extract(epoch from v.lease_expires_at - clock_timestamp()))::integer, null::text, null::text, 0;
    return;
  end if;
  died := case when v.lease_token is null then 0 else 1 end;
  if died = 1 then
    insert into videos.outbox (kind, video_id, version, created_at, due_at)
    select 'remove_version', p_video, v.lease_token, due_at, due_at
    from (select clock_timestamp() + make_interval(secs => p_seconds) as due_at) later;
  end if;
  if v.deaths + died >= p_max_deaths or v.attempts - died >= p_max_attempts then
    reason := case when v.deaths + died >= p_max_deaths then 'worker_died' else 'processing_failed' end;
    update videos.videos as failing
    set status = 'failed', deaths = failing.deaths + died, stage = null, lease_token = null, lease_expires_at = null,
      failure_code = reason
    where id = p_video;
    return query select 'failed', null::uuid, 0, null::text, reason, v.deaths + died;
    return;
  end if;
  update videos.videos as taken
  set status = 'processing', stage = 'downloading', progress = 0, resends = 0,
    attempts = taken.attempts + 1 - died, deaths = taken.deaths + died,
    lease_token = gen_random_uuid(), lease_expires_at = clock_timestamp() + make_interval(secs => p_seconds)
  where id = p_video
  returning * into v;
  return query select 'leased', v.lease_token, 0, v.original_key, null::text, v.deaths::integer;
end $$;

grant execute on function videos.take_lease_v3 to anb_transcoder;
