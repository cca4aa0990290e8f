-- How much of a limit is used up, shared by every replica of every service. Unlogged: when the server crashes,
-- everybody begins anew.
create unlogged table auth.throttles (
  key    text primary key,
  level  double precision not null, -- as of `at`; it sinks with time
  at     timestamptz not null
);
create index throttles_at on auth.throttles (at);

-- Takes one of what a key may have: p_burst at once, and p_per_minute as time goes on.
-- Answers 0, or how many seconds to wait before there is one again; what is refused takes nothing.
create function auth.take_v1(p_key text, p_burst integer, p_per_minute double precision)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
  per_second constant double precision := p_per_minute / 60;
  used double precision;
begin
  insert into auth.throttles as t (key, level, at)
  values (p_key, 1, clock_timestamp())
  on conflict (key) do update
  set level = greatest(t.level - extract(epoch from clock_timestamp() - t.at) * per_second, 0) + 1,
    at = clock_timestamp()
  where t.level - extract(epoch from clock_timestamp() - t.at) * per_second + 1 <= p_burst;
  if found then
    return 0;
  end if;
  select level - extract(epoch from clock_timestamp() - at) * per_second into used
  from auth.throttles
  where key = p_key;
  return greatest((coalesce(used, p_burst) + 1 - p_burst) / per_second, 0.001);
end $$;

grant execute on function auth.take_v1 to anb_auth, anb_videos, anb_votes;
