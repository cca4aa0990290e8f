-- The transcoder's whole view of the catalogue: versioned functions, each kept for one release after its successor.
-- States: uploaded -> processing -> processed | failed. A lease token fences every change: who no longer holds
-- the lease changes nothing. Times are this database's.

-- Takes the lease of a video for so many seconds.
-- outcome: leased; busy (another worker's lease lives for wait_seconds more); final (nothing left to do).
create function videos.take_lease_v1(p_video uuid, p_seconds integer, p_max_attempts integer)
returns table (outcome text, token uuid, wait_seconds integer, original_key text, owner_id integer)
language plpgsql security definer set search_path = ''
as $$
declare
  v videos.videos;
begin
  select * into v from videos.videos where id = p_video for update;
  if not found or v.deleted_at is not null or v.status in ('processed', 'failed') then
    return query select 'final', null::uuid, 0, null::text, null::integer;
  elsif v.lease_expires_at > clock_timestamp() then
    return query select 'busy', null::uuid,
      ceil(extract(epoch from v.lease_expires_at - clock_timestamp()))::integer, null::text, null::integer;
  elsif v.attempts >= p_max_attempts then
    update videos.videos
    set status = 'failed', failure_code = 'processing_failed', lease_token = null, lease_expires_at = null
    where id = p_video;
    return query select 'final', null::uuid, 0, null::text, null::integer;
  else
    update videos.videos
    set status = 'processing', attempts = attempts + 1, progress = 0,
      lease_token = gen_random_uuid(), lease_expires_at = clock_timestamp() + make_interval(secs => p_seconds)
    where id = p_video
    returning * into v;
    return query select 'leased', v.lease_token, 0, v.original_key, v.user_id;
  end if;
end $$;

-- Keeps the lease for so many seconds more and notes the progress; false: it is lost.
create function videos.extend_lease_v1(p_video uuid, p_token uuid, p_seconds integer, p_progress integer)
returns boolean
language sql security definer set search_path = ''
as $$
  with held as (
    update videos.videos
    set lease_expires_at = clock_timestamp() + make_interval(secs => p_seconds), progress = p_progress
    where id = p_video and lease_token = p_token and deleted_at is null
    returning id
  )
  select exists (select from held);
$$;

-- Publishes what was written under the token; false: the lease is lost and nothing changed.
create function videos.publish_v1(p_video uuid, p_token uuid, p_duration double precision)
returns boolean
language sql security definer set search_path = ''
as $$
  with published as (
    update videos.videos v
    set status = 'processed', processed_at = clock_timestamp(), media_version = p_token, progress = 100,
      duration_seconds = p_duration, lease_token = null, lease_expires_at = null,
      published_at = case when v.is_public then clock_timestamp() end,
      city = case when v.is_public then player.city end,
      city_key = case when v.is_public then player.city_key end
    from auth.player_card player
    where v.id = p_video and v.lease_token = p_token and v.deleted_at is null and player.id = v.user_id
    returning v.id
  )
  select exists (select from published);
$$;

-- Ends a video that no retry can save; false: the lease is lost and nothing changed.
create function videos.fail_v1(p_video uuid, p_token uuid, p_code text)
returns boolean
language sql security definer set search_path = ''
as $$
  with failed as (
    update videos.videos
    set status = 'failed', failure_code = p_code, lease_token = null, lease_expires_at = null
    where id = p_video and lease_token = p_token and deleted_at is null
    returning id
  )
  select exists (select from failed);
$$;

-- Gives the lease back: after a passing fault (the attempt counts) or because the worker stops (it does not).
-- outcome: released, to be tried again after wait_seconds; published, when an earlier answer to publish was lost;
-- lost, when the lease is another's or the video is gone.
create function videos.release_lease_v1(p_video uuid, p_token uuid, p_counts boolean)
returns table (outcome text, wait_seconds integer)
language sql security definer set search_path = ''
as $$
  with released as (
    update videos.videos
    set lease_token = null, lease_expires_at = null, attempts = attempts - case when p_counts then 0 else 1 end
    where id = p_video and lease_token = p_token
    returning case when p_counts then least(5 * 2 ^ (attempts - 1), 300)::integer else 0 end as wait_seconds
  )
  select 'released', wait_seconds from released
  union all
  select case when exists (select from videos.videos where id = p_video and media_version = p_token)
    then 'published' else 'lost' end, 0
  where not exists (select from released);
$$;

grant execute on function videos.take_lease_v1, videos.extend_lease_v1, videos.publish_v1, videos.fail_v1,
  videos.release_lease_v1 to anb_transcoder;
