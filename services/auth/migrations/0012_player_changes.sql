-- The transaction that last changed what others see of a player: whoever keeps a copy reads what is new and no more.
alter table auth.users add column changed_xid xid8 not null default pg_current_xact_id();
create index users_changed on auth.users (changed_xid);

create function auth.note_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;
create trigger note_change before update of first_name, last_name, city, city_key, email_verified, deleted_at
  on auth.users for each row execute function auth.note_change();

create or replace view auth.player_card as
  select id, first_name, last_name, name_key, city, city_key, email_verified as verified, created_at
  from auth.users
  where deleted_at is null;

-- Of deleted accounts too.
create view auth.changed_player as select id, changed_xid from auth.users;
grant select on auth.changed_player to anb_votes;
