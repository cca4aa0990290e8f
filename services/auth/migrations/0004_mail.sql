-- Mails that must follow a commit: written with what they are about, sent by a publisher at least once, then deleted.
-- Nothing secret lies here: codes and tokens are made when a mail is sent, and only their hashes are kept.
create table auth.mails (
  id          uuid primary key default gen_random_uuid(), -- in the mail's Message-ID too
  -- Null where a reset was asked for an address that nobody has: then nothing is sent, but as much was written.
  -- For the same reason no foreign key, which looks up only what is there.
  user_id     integer,
  kind        text not null
              check (kind in ('verify_email', 'reset_password', 'password_changed', 'clip_ready', 'clip_failed')),
  detail      jsonb,
  created_at  timestamptz not null default now(),
  due_at      timestamptz not null default now(),
  attempts    smallint not null default 0,
  last_error  text
);
create index mails_due on auth.mails (due_at);
create index mails_user on auth.mails (user_id);

-- Six digits that prove an address.
create table auth.email_codes (
  id          uuid primary key, -- goes into the hash
  user_id     integer not null references auth.users on delete cascade,
  code_hash   bytea not null,
  tries_left  smallint not null,
  expires_at  timestamptz not null
);
create index email_codes_user on auth.email_codes (user_id);
create index email_codes_expiry on auth.email_codes (expires_at);

-- Links that set a new password.
create table auth.password_resets (
  token_hash  bytea primary key, -- SHA-256; the token itself is nowhere
  user_id     integer not null references auth.users on delete cascade,
  expires_at  timestamptz not null
);
create index password_resets_user on auth.password_resets (user_id);
create index password_resets_expiry on auth.password_resets (expires_at);

-- Leaves a mail for the owner of a clip. Called by a trigger of videos with its owner's rights.
create function auth.note_clip_v1(
  p_user integer, p_video uuid, p_kind text, p_title text, p_failure_code text
) returns void
language sql security definer set search_path = ''
as $$
  insert into auth.mails (user_id, kind, detail)
  values (p_user, p_kind, jsonb_strip_nulls(
    jsonb_build_object('video_id', p_video, 'title', p_title, 'failure_code', p_failure_code)));
$$;
