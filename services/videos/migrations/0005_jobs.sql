-- attempts counts the tries that a fault ended and the one in hand; deaths the leases that ran out because their
-- worker died; resends how often the sweeper sent the job again since a worker last took it.
alter table videos.videos
  add column stage text check (stage in ('downloading', 'examining', 'transcoding', 'storing')),
  add column queued_at timestamptz not null default now(),
  add column deaths smallint not null default 0,
  add column resends smallint not null default 0;
update videos.videos set queued_at = uploaded_at where queued_at <> uploaded_at;
drop index videos.videos_unfinished;
create index videos_unfinished on videos.videos (queued_at)
  where status in ('uploaded', 'processing') and deleted_at is null;

-- place_media: clip and poster go where they belong now; remove_version: those of one lease go.
alter table videos.outbox
  drop constraint outbox_kind_check,
  add constraint outbox_kind_check check (kind in ('transcode', 'place_media', 'remove_media', 'remove_version')),
  -- Not before; moved on when the work fails. created_at is when it first was due.
  add column due_at timestamptz not null default now(),
  add column traceparent text,
  add column version uuid;

-- Takes the lease of a video for so many seconds.
-- outcome: leased; busy (another worker's lease lives for wait_seconds more); final (nothing left to do).
-- A lease that ran out says that its worker died. That is no attempt, but a job that takes its worker down five times
-- ends as failed. What the dead one may have stored goes once it can no longer be storing.
create function videos.take_lease_v2(p_video uuid, p_seconds integer, p_max_attempts integer, p_max_deaths integer)
returns table (outcome text, token uuid, wait_seconds integer, original_key text)
language plpgsql security definer set search_path = ''
as $$
declare
  v videos.videos;
  died integer;
begin
  select * into v from videos.videos where id = p_video for update;
  if not found or v.deleted_at is not null or v.status in ('processed', 'failed') then
    return query select 'final', null::uuid, 0, null::text;
    return;
  end if;
  if v.lease_expires_at > clock_timestamp() then
    return query select 'busy', null::uuid,
      ceil(extract(epoch from v.lease_expires_at - clock_timestamp()))::integer, null::text;
    return;
  end if;
  died := case when v.lease_token is null then 0 else 1 end;
  if died = 1 then
    insert into videos.outbox (kind, video_id, version, created_at, due_at)
    select 'remove_version', p_video, v.lease_token, due_at, due_at
    from (select clock_timestamp() + make_interval(secs => p_seconds) as due_at) later;
  end if;
  if v.deaths + died >= p_max_deaths or v.attempts - died >= p_max_attempts then
    update videos.videos
    set status = 'failed', deaths = deaths + died, stage = null, lease_token = null, lease_expires_at = null,
      failure_code = case when v.deaths + died >= p_max_deaths then 'worker_died' else 'processing_failed' end
    where id = p_video;
    return query select 'final', null::uuid, 0, null::text;
    return;
  end if;
  update videos.videos
  set status = 'processing', stage = 'downloading', progress = 0, resends = 0,
    attempts = attempts + 1 - died, deaths = deaths + died,
    lease_token = gen_random_uuid(), lease_expires_at = clock_timestamp() + make_interval(secs => p_seconds)
  where id = p_video
  returning * into v;
  return query select 'leased', v.lease_token, 0, v.original_key;
end $$;

-- Notes how far the job is; false: the lease is lost.
create function videos.report_progress_v1(p_video uuid, p_token uuid, p_stage text, p_percent integer)
returns boolean
language sql security definer set search_path = ''
as $$
  with held as (
    update videos.videos
    set stage = p_stage, progress = p_percent
    where id = p_video and lease_token = p_token and deleted_at is null
    returning id
  )
  select exists (select from held);
$$;

-- Keeps the lease for so many seconds more; false: it is lost.
create function videos.extend_lease_v2(p_video uuid, p_token uuid, p_seconds integer)
returns boolean
language sql security definer set search_path = ''
as $$
  with held as (
    update videos.videos
    set lease_expires_at = clock_timestamp() + make_interval(secs => p_seconds)
    where id = p_video and lease_token = p_token and deleted_at is null
    returning id
  )
  select exists (select from held);
$$;

-- Gives the lease back. p_fault is what broke the attempt off; null: the worker stops or a dependency is away, which
-- is no attempt. What may have been stored under the token goes.
-- outcome: released, to be tried again after wait_seconds; failed, when that was the last attempt, with the fault as
-- its reason; published, when an earlier answer to publish was lost; gone, when the video is deleted; lost, when the
-- lease is another's.
-- In more than one statement, so that the outcome is seen anew after the wait for the row: a publish whose answer was
-- lost may be committing, and told `lost` the worker would remove what is published.
create function videos.release_lease_v3(p_video uuid, p_token uuid, p_fault text, p_max_attempts integer)
returns table (outcome text, wait_seconds integer)
language plpgsql security definer set search_path = ''
as $$
declare
  v videos.videos;
  is_last boolean;
begin
  select * into v from videos.videos where id = p_video and lease_token = p_token for update;
  if not found then
    return query select case
      when exists (select from videos.videos where id = p_video and media_version = p_token) then 'published'
      when exists (select from videos.videos where id = p_video and deleted_at is null) then 'lost'
      else 'gone' end, 0;
    return;
  end if;
  is_last := p_fault is not null and v.attempts >= p_max_attempts;
  update videos.videos
  set lease_token = null, lease_expires_at = null, stage = null, progress = 0,
    attempts = v.attempts - case when p_fault is null then 1 else 0 end,
    status = case when is_last then 'failed' else v.status end,
    failure_code = case when is_last then p_fault else v.failure_code end
  where id = p_video;
  insert into videos.outbox (kind, video_id, version, created_at, due_at)
  select 'remove_version', p_video, p_token, due_at, due_at
  -- What was on its way to the store when the worker gave up may still arrive.
  from (select clock_timestamp() + interval '10 seconds' as due_at) later;
  return query select case when is_last then 'failed' else 'released' end,
    case when is_last or p_fault is null then 0 else least(5 * 2 ^ (v.attempts - 1), 300)::integer end;
end $$;

grant execute on function videos.take_lease_v2, videos.report_progress_v1, videos.extend_lease_v2,
  videos.release_lease_v3 to anb_transcoder;
