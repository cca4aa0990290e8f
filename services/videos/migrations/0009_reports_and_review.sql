-- What users say is wrong with a video; an organiser's decision about the video settles it.
create table videos.reports (
  video_id     uuid not null references videos.videos on delete cascade,
  user_id      integer not null,
  reason       text not null,
  reported_at  timestamptz not null default now(),
  settled_at   timestamptz,
  primary key (video_id, user_id)
);
create index reports_open on videos.reports (video_id, reported_at) where settled_at is null;

-- A trace can be left, not changed.
revoke update, delete on videos.audit from anb_videos;

-- pending: an organiser must have seen the video before it opens for voting; approved: one has, under this title.
-- null: nobody asked for it.
alter table videos.videos add column review text check (review in ('pending', 'approved'));

drop trigger misplaced_media on videos.videos;
drop view videos.ballot;
alter table videos.videos drop column open;
alter table videos.videos add column open boolean
  generated always as (
    is_public and status = 'processed' and deleted_at is null and hidden_at is null
    and review is distinct from 'pending'
  ) stored;
create index videos_open on videos.videos (published_at desc, id) where open;
create index videos_open_city on videos.videos (city_key) where open;
create view videos.ballot as
  select id, user_id as owner_id, title, open, status, city, city_key, published_at, media_version,
    deleted_at is not null as deleted
  from videos.videos;
grant select on videos.ballot to anb_votes;
create trigger misplaced_media after update of title, status, is_public, hidden_at, review on videos.videos
  for each row when (new.status = 'processed' and new.deleted_at is null and new.open = new.media_withheld)
  execute function videos.note_misplaced_media();

-- Organisers' lists.
create index videos_jobs on videos.videos (queued_at desc, id) where deleted_at is null;
create index videos_jobs_status on videos.videos (status, queued_at desc, id) where deleted_at is null;
create index videos_hidden on videos.videos (queued_at desc, id) where hidden_at is not null and deleted_at is null;
create index videos_pending on videos.videos (queued_at, id) where review = 'pending' and deleted_at is null;

-- Decides, whichever way a video comes to it, whether it opens for voting. When it first does, the time and its
-- player's city are noted for good.
create function videos.judge_opening() returns trigger
language plpgsql set search_path = ''
as $$
declare
  is_reviewed boolean := false;
begin
  -- The migrations of votes are applied after this one.
  if to_regclass('votes.contest_rules') is not null then
    select review_before_publication into is_reviewed from votes.contest_rules;
  end if;
  if is_reviewed and (
    (new.is_public and old.published_at is null and new.review is null)
    or (new.title <> old.title and (old.published_at is not null or old.review = 'approved'))
  ) then
    new.review := 'pending';
  end if;
  if old.published_at is null then
    new.published_at := case
      when new.is_public and new.hidden_at is null and new.review is distinct from 'pending' then now()
    end;
    new.city := null;
    new.city_key := null;
    if new.published_at is not null then
      select city, city_key into new.city, new.city_key from auth.player_card where id = new.user_id;
    end if;
  end if;
  return new;
end $$;
create trigger judge_opening before update of title, status, is_public, hidden_at, review on videos.videos
  for each row when (new.status = 'processed' and new.deleted_at is null)
  execute function videos.judge_opening();

-- Publishes what was written under the token.
-- outcome: published; gone, when the player's account is, which ends the job; lost, when the lease is another's or the
-- video is deleted, and nothing changed.
create function videos.publish_v2(p_video uuid, p_token uuid, p_duration double precision)
returns text
language plpgsql security definer set search_path = ''
as $$
begin
  update videos.videos v
  set status = 'processed', processed_at = now(), media_version = p_token, progress = 100, stage = null,
    duration_seconds = p_duration, lease_token = null, lease_expires_at = null
  where v.id = p_video and v.lease_token = p_token and v.deleted_at is null
    and exists (select from auth.player_card where id = v.user_id);
  if found then
    return 'published';
  end if;
  update videos.videos
  set status = 'failed', failure_code = 'owner_gone', stage = null, lease_token = null, lease_expires_at = null
  where id = p_video and lease_token = p_token and deleted_at is null;
  if not found then
    return 'lost';
  end if;
  insert into videos.outbox (kind, video_id, version) values ('remove_version', p_video, p_token);
  return 'gone';
end $$;

grant execute on function videos.publish_v2 to anb_transcoder;
