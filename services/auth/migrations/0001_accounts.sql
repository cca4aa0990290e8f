create table auth.users (
  id              integer generated always as identity primary key,
  first_name      text not null,
  last_name       text not null,
  name_key        text not null, -- first and last name as compared in searches
  city            text not null,
  city_key        text not null,
  country         text not null,
  email           text not null,
  email_verified  boolean not null default false,
  password_hash   text not null,
  role            text not null default 'player' check (role in ('player', 'organiser')),
  accepted_terms_at timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now()
);
create unique index users_email on auth.users (lower(email));

create table auth.sessions (
  id          uuid primary key default gen_random_uuid(),
  user_id     integer not null references auth.users,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  ended_at    timestamptz
);
create index sessions_user on auth.sessions (user_id);
create index sessions_ended on auth.sessions (ended_at) where ended_at is not null;

create table auth.refresh_tokens (
  token_hash  bytea primary key, -- SHA-256; the token itself is nowhere
  session_id  uuid not null references auth.sessions on delete cascade,
  created_at  timestamptz not null default now(),
  used_at     timestamptz
);
create index refresh_tokens_session on auth.refresh_tokens (session_id);

create table auth.signing_keys (
  kid         text primary key,
  public_jwk  jsonb not null,
  created_at  timestamptz not null default now(),
  retired_at  timestamptz
);

-- What other services may know of a player.
create view auth.player_card as
  select id, first_name, last_name, name_key, city, city_key, email_verified as verified
  from auth.users;

-- Kept until the last access token of the session has expired (they live an hour).
create view auth.ended_session as
  select id, ended_at
  from auth.sessions
  where ended_at > now() - interval '65 minutes';

create view auth.public_key as
  select kid, public_jwk
  from auth.signing_keys
  where retired_at is null;

grant usage on schema auth to anb_videos, anb_votes;
grant select on auth.player_card, auth.ended_session, auth.public_key to anb_videos, anb_votes;
