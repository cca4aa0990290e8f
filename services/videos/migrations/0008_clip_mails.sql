-- Its owner hears when a clip is ready or has failed, whichever statement ended it and whoever ran it. With the rights
-- of the schemas' owner, so that neither videos nor the transcoder may write mails of its own.
create function videos.note_clip_end() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform auth.note_clip_v1(new.user_id, new.id,
    case new.status when 'processed' then 'clip_ready' else 'clip_failed' end, new.title, new.failure_code);
  return null;
end $$;
create trigger clip_end after update of status on videos.videos
  for each row when (old.status <> new.status and new.status in ('processed', 'failed') and new.deleted_at is null)
  execute function videos.note_clip_end();
