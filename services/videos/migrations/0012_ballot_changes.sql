-- The transaction that last changed what the vote may know of a video: whoever keeps a copy reads what is new and no
-- more.
alter table videos.videos add column changed_xid xid8 not null default pg_current_xact_id();
create index videos_changed on videos.videos (changed_xid);

create function videos.note_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;
create trigger note_change
  before update of user_id, title, is_public, status, hidden_at, review, deleted_at, published_at, city, city_key, media_version
  on videos.videos for each row execute function videos.note_change();

create or replace view videos.ballot as
  select id, user_id as owner_id, title, open, status, city, city_key, published_at, media_version,
    deleted_at is not null as deleted, changed_xid
  from videos.videos;
