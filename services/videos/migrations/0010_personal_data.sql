-- All that videos holds about one person, for the export of an account; a new table about people gets a key here.
-- Times end in _at. In plpgsql, for votes' schema is made later.
create function videos.personal_data_v1(p_user integer) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return jsonb_build_object(
    'videos', coalesce((
      select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.uploaded_at, own.video_id)
      from (
        select v.id as video_id, v.title, v.original_filename, v.size_bytes, v.status, v.failure_code, v.is_public,
          v.review, v.city, v.duration_seconds, v.uploaded_at, v.processed_at, v.published_at, v.hidden_at, v.deleted_at,
          coalesce(t.votes, 0) as votes
        from videos.videos v
        left join votes.tally t on t.video_id = v.id
        where v.user_id = p_user
      ) own
    ), '[]'),
    'uploads', coalesce((
      select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.started_at, own.video_id)
      from (
        select video_id, title, original_filename, size_bytes, is_public, started_at
        from videos.uploads
        where user_id = p_user
      ) own
    ), '[]'),
    'reports', coalesce((
      select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.reported_at, own.video_id)
      from (
        select video_id, reason, reported_at, settled_at
        from videos.reports
        where user_id = p_user
      ) own
    ), '[]'),
    'organiser_actions', coalesce((
      select jsonb_agg(jsonb_strip_nulls(to_jsonb(own)) order by own.done_at)
      from (
        select at as done_at, action, video_id, detail
        from videos.audit
        where user_id = p_user
      ) own
    ), '[]')
  );
end $$;

create index reports_user on videos.reports (user_id);

-- Leaves of a person's videos what deleteVideo leaves, of those open for voting too, and ends the uploads under way:
-- from now on they can not be completed; who looks after deleted accounts removes what they stored. What the person
-- reported goes, and what others reported of the videos; organisers' traces forget the videos' titles.
-- Answers how many videos and uploads there were.
create function videos.forget_owner_v1(p_user integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten integer;
  ended integer;
begin
  with held as (
    select id, lease_expires_at
    from videos.videos
    where user_id = p_user and deleted_at is null
    for update
  ), tombstone as (
    update videos.videos v
    set deleted_at = now(), title = null, title_key = null, original_filename = null, original_key = null,
      stage = null, lease_token = null, lease_expires_at = null
    from held
    where v.id = held.id
    returning v.id
  ), removal as (
    insert into videos.outbox (kind, video_id, created_at, due_at)
    select 'remove_media', id, due_at, due_at
    from held
    cross join lateral (values (now()), (held.lease_expires_at + interval '5 seconds')) as removals (due_at)
    where due_at is not null
  )
  select count(*) into forgotten from tombstone;
  update videos.uploads
  set state = 'ending', touched_at = now()
  where user_id = p_user and state <> 'ending';
  get diagnostics ended = row_count;
  delete from videos.reports
  where user_id = p_user or video_id in (select id from videos.videos where user_id = p_user);
  update videos.audit
  set detail = detail - 'title'
  where detail ? 'title' and video_id in (select id from videos.videos where user_id = p_user);
  return forgotten + ended;
end $$;

grant usage on schema videos to anb_auth;
grant execute on function videos.personal_data_v1 to anb_auth;
grant execute on function videos.forget_owner_v1 to anb_auth, anb_videos;
