-- Only media of videos that are open for voting stand below media/, where a CDN may show them to anybody; those of a
-- private or hidden video stand below withheld/. Whatever makes a video open or not leaves word in the outbox.
alter table videos.videos
  add column hidden_at timestamptz,
  add column media_withheld boolean not null default false;

drop view videos.ballot;
alter table videos.videos drop column open;
alter table videos.videos add column open boolean
  generated always as (is_public and status = 'processed' and deleted_at is null and hidden_at is null) stored;
create index videos_open on videos.videos (published_at desc, id) where open;
create index videos_open_city on videos.videos (city_key) where open;
create view videos.ballot as
  select id, user_id as owner_id, title, open, status, city, city_key, published_at, media_version,
    deleted_at is not null as deleted
  from videos.videos;
grant select on videos.ballot to anb_votes;

create function videos.note_misplaced_media() returns trigger
language plpgsql set search_path = ''
as $$
begin
  insert into videos.outbox (kind, video_id) values ('place_media', new.id);
  return null;
end $$;
create trigger misplaced_media after update of status, is_public, hidden_at on videos.videos
  for each row when (new.status = 'processed' and new.deleted_at is null and new.open = new.media_withheld)
  execute function videos.note_misplaced_media();
-- Those that are private today.
insert into videos.outbox (kind, video_id)
  select 'place_media', id from videos.videos where status = 'processed' and deleted_at is null and not open;

-- What organisers changed.
create table videos.audit (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default now(),
  user_id   integer not null,
  action    text not null,
  video_id  uuid,
  detail    jsonb
);
