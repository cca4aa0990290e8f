create table videos.videos (
  id                 uuid primary key,
  user_id            integer not null,
  title              text,
  title_key          text, -- the title as compared in searches
  original_filename  text,
  original_key       text,
  size_bytes         bigint,
  is_public          boolean not null,
  status             text not null default 'uploaded'
                     check (status in ('uploaded', 'processing', 'processed', 'failed')),
  uploaded_at        timestamptz not null default now(),
  processed_at       timestamptz,
  -- When it first opened for voting, and its player's city then: both stay for good.
  published_at       timestamptz,
  city               text,
  city_key           text,
  media_version      uuid,
  duration_seconds   double precision,
  failure_code       text,
  progress           smallint not null default 0,
  attempts           smallint not null default 0,
  lease_token        uuid,
  lease_expires_at   timestamptz,
  deleted_at         timestamptz,
  open               boolean generated always as (is_public and status = 'processed' and deleted_at is null) stored,
  check (deleted_at is not null or title is not null),
  check (status <> 'processed' or deleted_at is not null or media_version is not null),
  check (status <> 'failed' or failure_code is not null)
);
create index videos_owner on videos.videos (user_id, uploaded_at desc) where deleted_at is null;
create index videos_open on videos.videos (published_at desc, id) where open;
create index videos_open_city on videos.videos (city_key) where open;
create index videos_unfinished on videos.videos (uploaded_at)
  where status in ('uploaded', 'processing') and deleted_at is null;

-- An upload that has begun to put bytes into the store; without it a crash would leave them unknown.
create table videos.uploads (
  video_id    uuid primary key,
  user_id     integer not null,
  object_key  text not null,
  started_at  timestamptz not null default now()
);

-- Work that must follow a commit: written with the row it is about, done by the publisher, at least once.
create table videos.outbox (
  id          bigint generated always as identity primary key,
  kind        text not null check (kind in ('transcode', 'remove_media')),
  video_id    uuid not null,
  request_id  text,
  created_at  timestamptz not null default now()
);

-- What the vote may know of a video; a deleted one keeps its owner.
create view videos.ballot as
  select id, user_id as owner_id, title, open, status, city, city_key, published_at, media_version,
    deleted_at is not null as deleted
  from videos.videos;

grant usage on schema videos to anb_votes, anb_transcoder;
grant select on videos.ballot to anb_votes;
