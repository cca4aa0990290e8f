-- All that votes holds about one person, for the export of an account; a new table about people gets a key here.
-- Times end in _at.
create function votes.personal_data_v1(p_user integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'votes', coalesce((
      select jsonb_agg(jsonb_build_object('video_id', video_id, 'cast_at', cast_at) order by cast_at, video_id)
      from votes.votes
      where voter_id = p_user
    ), '[]'),
    'contest_changes', coalesce((
      select jsonb_agg(jsonb_build_object('action', action, 'detail', detail, 'done_at', at) order by at)
      from votes.audit
      where user_id = p_user
    ), '[]')
  );
$$;

grant usage on schema votes to anb_auth;
grant execute on function votes.personal_data_v1 to anb_auth;
