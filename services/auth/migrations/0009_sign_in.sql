-- A sign-in is judged after a look at what has failed, and only what fails is counted: who is right the first time
-- writes nothing but the session. auth.begin_sign_in_v1, end_sign_in_v1, count_attempt_v1 and forgive_attempt_v1
-- serve the release before only.

-- They are parts of statements now; a function with settings of its own can not be one. Their bodies were bound to
-- what they name when they were made.
alter function auth.attempt_delay_v1 reset all;
alter function auth.address_hash_v1 reset all;

-- Counts a failure; p_free are without delay, p_per_hour are forgiven as time goes on. Replicas that have judged at
-- once could not know of each other: then the delays follow one after the other, and `at` is when the last begins.
create function auth.count_failure_v1(p_key text, p_free double precision, p_per_hour double precision)
returns void
language sql set search_path = ''
begin atomic
  insert into auth.throttles as t (key, level, at)
  values (p_key, 1, clock_timestamp())
  on conflict (key) do update
  set level = least(
      p_free + 9,
      1 + greatest(0, t.level - p_per_hour / 3600 * greatest(0,
        extract(epoch from clock_timestamp() - t.at) - auth.attempt_delay_v1(t.level, p_free)))
    ),
    at = greatest(clock_timestamp(), t.at + make_interval(secs => auth.attempt_delay_v1(t.level, p_free)));
end;

grant execute on function auth.count_failure_v1 to anb_auth;
