-- An upload is a session from its first byte to its commit, whichever way the bytes take: through the service, or
-- directly from the browser to the store in parts. open -> completing -> a row in videos.videos, or open -> ending
-- -> gone. Each step names the state it leaves in its `where`, so a completion and a clean-up never both win.
alter table videos.uploads
  add column state text not null default 'open' check (state in ('open', 'completing', 'ending')),
  add column touched_at timestamptz not null default now(),
  add column upload_id text, -- of the store's multipart upload
  -- What a direct upload announced; null where the bytes come through the service.
  add column title text,
  add column title_key text,
  add column is_public boolean,
  add column original_filename text,
  add column size_bytes bigint,
  add column part_size integer;
create index uploads_owner on videos.uploads (user_id);
create index uploads_abandoned on videos.uploads (touched_at);

-- Parts of a direct upload that the client says the store has.
create table videos.upload_parts (
  video_id  uuid not null references videos.uploads on delete cascade,
  number    integer not null,
  etag      text not null,
  primary key (video_id, number)
);
