-- What an organiser took out of the count, vote by vote, and what was put back. Written once; who did it and why
-- stands in votes.audit.
create table votes.voidings (
  id         integer primary key generated always as identity,
  video_id   uuid not null,
  voter_ids  integer[] not null,
  voided_at  timestamptz not null default now()
);
create table votes.restorations (
  voiding_id   integer primary key references votes.voidings,
  restored_at  timestamptz not null default now()
);
revoke update, delete on votes.voidings, votes.restorations from anb_votes;

-- Votes that came together in a way that an organiser should look at; nothing follows from it by itself.
create table votes.flags (
  id          integer primary key generated always as identity,
  video_id    uuid not null,
  -- network: from one address; newborn: of accounts made shortly before; unverified: of accounts without a verified
  -- e-mail.
  kind        text not null check (kind in ('network', 'newborn', 'unverified')),
  network     bigint check ((network is not null) = (kind = 'network')),
  first_at    timestamptz not null,
  last_at     timestamptz not null,
  -- At its height, within one window: these votes, those of them by newborn and by unverified accounts and by accounts
  -- that are gone, and all that the video got.
  votes       integer not null,
  newborn     integer not null,
  unverified  integer not null,
  gone        integer not null,
  of_votes    integer not null,
  settled_at  timestamptz,
  -- By which it was settled; null: it was dismissed.
  voiding_id  integer references votes.voidings
);
create unique index flags_open on votes.flags (video_id, kind, network) nulls not distinct where settled_at is null;
create index flags_settled on votes.flags (settled_at);

-- Rows lie in the order of time, so that the blocks tell where the newest are: 100 kB instead of 200 MB for ten million,
-- and nothing to keep in order while votes come in.
create index votes_cast on votes.votes using brin (cast_at) with (pages_per_range = 32, autosummarize = on);
