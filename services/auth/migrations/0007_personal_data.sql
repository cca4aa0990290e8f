-- A deleted account keeps its row: its number is the pseudonym under which its votes stay, and that it agreed to the
-- terms is kept without a name. The address goes, so that it is free for a new account.
alter table auth.users
  add column accepted_terms_version text,
  add column deleted_at timestamptz,
  alter column email drop not null,
  add constraint users_deleted check ((deleted_at is null) = (email is not null));
create index users_deleted on auth.users (id) where deleted_at is not null;

create or replace view auth.player_card as
  select id, first_name, last_name, name_key, city, city_key, email_verified as verified
  from auth.users
  where deleted_at is null;

-- Of whom nothing may be kept that a request under way at the deletion still brought.
create view auth.deleted_account as
  select id, deleted_at
  from auth.users
  where deleted_at is not null;
grant select on auth.deleted_account to anb_videos;
