-- As before, but seen anew after the wait for the row: a publish whose answer was lost may be committing, and in one
-- statement its outcome would be told from before it. Told `lost`, the worker would remove what is published.
create or replace function videos.release_lease_v3(p_video uuid, p_token uuid, p_fault text, p_max_attempts integer)
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
  insert into videos.outbox (kind, video_id, version) values ('remove_version', p_video, p_token);
  return query select case when is_last then 'failed' else 'released' end,
    case when is_last or p_fault is null then 0 else least(5 * 2 ^ (v.attempts - 1), 300)::integer end;
end $$;
