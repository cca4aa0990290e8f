-- The result as it was frozen: each version stays as it is. Who froze it stands in votes.audit.
create table votes.results (
  version    integer primary key,
  frozen_at  timestamptz not null default now(),
  edition    text not null,
  -- The rules at that time.
  contest    jsonb not null,
  -- SHA-256 of the CSV file, in hex.
  checksum   text not null
);
create table votes.result_rows (
  version        integer not null references votes.results,
  position       integer not null,
  city_position  integer not null,
  qualifies      boolean not null,
  votes          integer not null,
  video_id       uuid not null,
  user_id        integer not null,
  -- null: the account was deleted since.
  username       text,
  title          text,
  city           text not null,
  primary key (version, position)
);
create index result_rows_user on votes.result_rows (user_id);
revoke update, delete on votes.results, votes.result_rows from anb_votes;

-- Takes a person's name and titles out of frozen results; places and votes stay under the number. Answers how many
-- rows there were.
create function votes.forget_person_v1(p_user integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten integer;
begin
  -- A freeze under way has read who is who already: after it.
  lock table votes.contest in row exclusive mode;
  update votes.result_rows
  set username = null, title = null
  where user_id = p_user and username is not null;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
grant execute on function votes.forget_person_v1 to anb_auth;

create or replace function votes.personal_data_v1(p_user integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'votes', coalesce((
      select jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object('video_id', video_id, 'cast_at', cast_at, 'voided_at', voided_at))
        order by cast_at, video_id
      )
      from votes.votes
      where voter_id = p_user
    ), '[]'),
    'results', coalesce((
      select jsonb_agg(to_jsonb(own) order by own.version, own.position)
      from (
        select r.version, f.frozen_at, r.position, r.city_position, r.qualifies, r.votes, r.video_id, r.username, r.title,
          r.city
        from votes.result_rows r
        join votes.results f using (version)
        where r.user_id = p_user
      ) own
    ), '[]'),
    'contest_changes', coalesce((
      select jsonb_agg(jsonb_build_object('action', action, 'detail', detail, 'done_at', at) order by at)
      from votes.audit
      where user_id = p_user
    ), '[]')
  );
$$;
