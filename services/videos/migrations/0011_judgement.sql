-- As before, but an approval is of the title that was seen: another one needs another look, also when the review was
-- off while it changed.
create or replace function videos.judge_opening() returns trigger
language plpgsql set search_path = ''
as $$
declare
  is_reviewed boolean := false;
begin
  -- The migrations of votes are applied after this one.
  if to_regclass('votes.contest_rules') is not null then
    select review_before_publication into is_reviewed from votes.contest_rules;
  end if;
  if new.title <> old.title and new.review = 'approved' then
    new.review := case when is_reviewed then 'pending' end;
  elsif is_reviewed and old.published_at is null and new.is_public and new.review is null then
    new.review := 'pending';
  elsif is_reviewed and new.title <> old.title and old.published_at is not null then
    new.review := 'pending';
  end if;
  if old.published_at is null then
    new.published_at := case
      when new.is_public and new.hidden_at is null and new.review is distinct from 'pending' then now()
    end;
    new.city := null;
    new.city_key := null;
    if new.published_at is not null then
      select city, city_key into new.city, new.city_key from auth.player_card where id = new.user_id;
    end if;
  end if;
  return new;
end $$;

-- What is left of a video belongs to nobody any more, so only the videos of a deleted account are forgotten.
alter function videos.forget_owner_v1 rename to forget_owner;
revoke execute on function videos.forget_owner from anb_auth, anb_videos;
create function videos.forget_owner_v1(p_user integer) returns integer
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from auth.deleted_account where id = p_user) then
    raise exception 'account % is not deleted', p_user;
  end if;
  return videos.forget_owner(p_user);
end $$;
grant execute on function videos.forget_owner_v1 to anb_auth, anb_videos;
