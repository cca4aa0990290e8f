-- Whose e-mail a deleted account had, so that nobody votes twice for a video by deleting an account and signing up
-- anew; for a year.
create table auth.former_accounts (
  user_id     integer primary key references auth.users on delete cascade,
  email_hash  bytea not null,
  deleted_at  timestamptz not null default now()
);
create index former_accounts_email on auth.former_accounts (email_hash);

-- Which deleted accounts the owner of an account had before.
create view auth.former_account as
  select u.id as user_id, f.user_id as former_id
  from auth.users u
  join auth.former_accounts f on f.email_hash = sha256(convert_to(lower(u.email), 'UTF8'))
  where u.deleted_at is null;
revoke all on auth.former_account from anb_auth;
grant select on auth.former_account to anb_votes;

-- A login's limits are its own: none can take from, or add to, those of another service.
create function auth.throttle_key_v1(p_key text) returns text
language sql stable
return case session_user when 'anb_auth' then p_key else session_user || ' ' || p_key end;

create or replace function auth.take_v1(p_key text, p_burst integer, p_per_minute double precision)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
  per_second constant double precision := p_per_minute / 60;
  own_key constant text := auth.throttle_key_v1(p_key);
  used double precision;
begin
  insert into auth.throttles as t (key, level, at)
  values (own_key, 1, clock_timestamp())
  on conflict (key) do update
  set level = greatest(t.level - extract(epoch from clock_timestamp() - t.at) * per_second, 0) + 1,
    at = clock_timestamp()
  where t.level - extract(epoch from clock_timestamp() - t.at) * per_second + 1 <= p_burst;
  if found then
    return 0;
  end if;
  select level - extract(epoch from clock_timestamp() - at) * per_second into used
  from auth.throttles
  where key = own_key;
  return greatest((coalesce(used, p_burst) + 1 - p_burst) / per_second, 0.001);
end $$;

create or replace function auth.add_many_v1(p_keys text[], p_amounts integer[], p_per_minute double precision)
returns table (key text, level double precision)
language sql security definer set search_path = ''
begin atomic
  with added as (
    insert into auth.throttles as t (key, level, at)
    select auth.throttle_key_v1(given.key), given.amount, clock_timestamp()
    from unnest(p_keys, p_amounts) as given (key, amount)
    order by given.key
    on conflict (key) do update
    set level = greatest(0, t.level - extract(epoch from clock_timestamp() - t.at) * p_per_minute / 60)
        + excluded.level,
      at = clock_timestamp()
    returning t.key, t.level
  )
  select given.key, added.level
  from unnest(p_keys) as given (key)
  join added on added.key = auth.throttle_key_v1(given.key);
end;
