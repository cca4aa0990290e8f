-- Where an account was signed in to lately. Others' failures do not hold up its owner there.
create table auth.known_addresses (
  user_id       integer not null references auth.users on delete cascade,
  address_hash  bytea not null, -- of the account and the address, so that accounts are not told to be neighbours
  seen_at       timestamptz not null default now(),
  primary key (user_id, address_hash)
);
create index known_addresses_seen on auth.known_addresses (seen_at);

-- Attempts are counted in auth.throttles too: `level` is how many, `at` when the last was let through. After more
-- than a few the next must wait: a second, then twice as long each time. What was waited for nothing is forgiven
-- slowly: the level sinks in the time after the delay is over, not during it, or a patient attacker would never
-- see it grow.

-- Seconds to wait after an attempt that brought the level so high; a part of one is one.
create function auth.attempt_delay_v1(p_level double precision, p_free double precision)
returns double precision
language sql immutable set search_path = ''
return case when ceil(p_level) < p_free then 0 else least(power(2, least(ceil(p_level) - p_free, 9)), 300) end;

-- Counts an attempt unless its key must wait; p_free are without delay, p_per_hour are forgiven as time goes on.
-- Answers 0, or how many seconds to wait; what is refused is not counted.
create function auth.count_attempt_v1(p_key text, p_free double precision, p_per_hour double precision)
returns double precision
language plpgsql set search_path = ''
as $$
declare
  wait double precision;
begin
  insert into auth.throttles as t (key, level, at)
  values (p_key, 1, clock_timestamp())
  on conflict (key) do update
  set level = least(
      p_free + 9,
      1 + greatest(0, t.level - p_per_hour / 3600
        * (extract(epoch from clock_timestamp() - t.at) - auth.attempt_delay_v1(t.level, p_free)))
    ),
    at = clock_timestamp()
  where extract(epoch from clock_timestamp() - t.at) >= auth.attempt_delay_v1(t.level, p_free);
  if found then
    return 0;
  end if;
  select auth.attempt_delay_v1(level, p_free) - extract(epoch from clock_timestamp() - at) into wait
  from auth.throttles
  where key = p_key;
  return greatest(coalesce(wait, 0), 0.001);
end $$;

-- Takes an attempt back; the next need not wait for it.
create function auth.forgive_attempt_v1(p_key text, p_free double precision)
returns void
language sql set search_path = ''
begin atomic
  update auth.throttles
  set level = level - 1,
    at = clock_timestamp() - make_interval(secs => auth.attempt_delay_v1(level - 1, p_free))
  where key = p_key and level >= 1;
end;

create function auth.address_hash_v1(p_user_id integer, p_address text)
returns bytea
language sql immutable set search_path = ''
return sha256(convert_to(p_user_id || ' ' || p_address, 'UTF8'));

-- Whose password is to be compared, once the attempt is counted; or how long to wait, and nobody. An attempt counts
-- for the address and for the account, which an e-mail stands for that nobody has; where the account is known at the
-- address it counts for the two together alone, and there is no address_key. Whoever takes both locks takes the
-- address' first.
create function auth.begin_sign_in_v1(
  p_email text, p_address text,
  p_account_free integer, p_account_per_hour integer, p_address_free integer, p_address_per_hour integer,
  out wait double precision, out limited_by text, out address_key text, out account_key text,
  out user_id integer, out role text, out password_hash text
)
language plpgsql set search_path = ''
as $$
declare
  email_hash constant text := encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex');
  is_known boolean;
begin
  select u.id, u.role, u.password_hash, exists (
    select from auth.known_addresses k
    where k.user_id = u.id and k.address_hash = auth.address_hash_v1(u.id, p_address)
      and k.seen_at > now() - interval '90 days'
  )
  into user_id, role, password_hash, is_known
  from auth.users u
  where lower(u.email) = lower(p_email);

  wait := 0;
  account_key := 'sign_in_account:' || email_hash;
  if is_known then
    account_key := account_key || ':' || p_address;
  else
    address_key := 'sign_in_address:' || p_address;
    limited_by := 'sign_in_address';
    wait := auth.count_attempt_v1(address_key, p_address_free, p_address_per_hour);
  end if;
  if wait = 0 then
    limited_by := 'sign_in_account';
    wait := auth.count_attempt_v1(account_key, p_account_free, p_account_per_hour);
    if wait > 0 and address_key is not null then
      perform auth.forgive_attempt_v1(address_key, p_address_free);
    end if;
  end if;
  if wait > 0 then
    user_id := null;
    role := null;
    password_hash := null;
  end if;
end $$;

-- The password was right: what was failed for the account is forgotten, of the address' only this attempt, or
-- whoever has one account could try all others'. The address is known from now on.
create function auth.end_sign_in_v1(
  p_user_id integer, p_address_key text, p_account_key text, p_address text, p_address_free integer
)
returns void
language plpgsql set search_path = ''
as $$
begin
  if p_address_key is not null then
    perform auth.forgive_attempt_v1(p_address_key, p_address_free);
  end if;
  delete from auth.throttles where key = p_account_key;
  perform auth.know_address_v1(p_user_id, p_address);
end $$;

-- The twenty latest of an account are kept.
create function auth.know_address_v1(p_user_id integer, p_address text)
returns void
language plpgsql set search_path = ''
as $$
begin
  -- A conflict alone would be written, and waited for on the disk.
  if exists (
    select from auth.known_addresses
    where user_id = p_user_id and address_hash = auth.address_hash_v1(p_user_id, p_address)
      and seen_at > now() - interval '1 day'
  ) then
    return;
  end if;
  insert into auth.known_addresses (user_id, address_hash)
  values (p_user_id, auth.address_hash_v1(p_user_id, p_address))
  on conflict (user_id, address_hash) do update set seen_at = now();
  delete from auth.known_addresses
  where user_id = p_user_id and address_hash not in (
    select address_hash from auth.known_addresses
    where user_id = p_user_id
    order by seen_at desc
    limit 20
  );
end $$;

grant execute on function auth.attempt_delay_v1, auth.count_attempt_v1, auth.forgive_attempt_v1,
  auth.address_hash_v1, auth.begin_sign_in_v1, auth.end_sign_in_v1, auth.know_address_v1 to anb_auth;

-- Adds what a replica has counted by itself, all keys of it in one statement; in their order, or two replicas could
-- wait for each other. Answers each key's level.
create function auth.add_many_v1(p_keys text[], p_amounts integer[], p_per_minute double precision)
returns table (key text, level double precision)
language sql security definer set search_path = ''
begin atomic
  insert into auth.throttles as t (key, level, at)
  select added.key, added.amount, clock_timestamp()
  from unnest(p_keys, p_amounts) as added (key, amount)
  order by added.key
  on conflict (key) do update
  set level = greatest(0, t.level - extract(epoch from clock_timestamp() - t.at) * p_per_minute / 60)
      + excluded.level,
    at = clock_timestamp()
  returning t.key, t.level;
end;

grant execute on function auth.add_many_v1 to anb_votes;

-- For the removal of what has long expired.
create index sessions_expires on auth.sessions (expires_at);
