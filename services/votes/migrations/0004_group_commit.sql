-- What a batch of votes committed can be read back when the reply was lost: each row names its batch.
alter table votes.votes
  add column batch_id bigint,
  -- Stands for the address that the vote came from, see votes.network_of.
  add column network bigint,
  -- By an organiser: it counts no longer, and its voter can not vote for the video again.
  add column voided_at timestamptz;

-- The transaction that last changed a tally: whoever keeps a copy reads what is new and no more.
alter table votes.tallies add column changed_xid xid8 not null default pg_current_xact_id();
create index tallies_changed on votes.tallies (changed_xid);
create function votes.note_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;
create trigger note_change before update on votes.tallies for each row execute function votes.note_change();

-- Makes addresses comparable but not readable: who has the votes alone can not try all addresses.
create table votes.network_salt (
  id          boolean primary key default true check (id),
  salt        bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
  created_at  timestamptz not null default now()
);
insert into votes.network_salt default values;

create function votes.network_of(p_address text) returns bigint
language sql stable
return (
  select ('x' || left(encode(sha256(salt || convert_to(p_address, 'UTF8')), 'hex'), 16))::bit(64)::bigint
  from votes.network_salt
);

grant execute on function votes.network_of to anb_votes;

-- How far the comparison of tallies with votes has come: replicas take turns.
create table votes.reconciliation (
  id           boolean primary key default true check (id),
  after_video  uuid not null default '00000000-0000-0000-0000-000000000000',
  -- What was found in this round, and in the last whole one: votes by which tallies were off.
  drift        integer not null default 0,
  last_drift   integer,
  ended_at     timestamptz
);
insert into votes.reconciliation default values;
-- Few; those that count are the others, which the primary key's index counts alone.
create index votes_voided on votes.votes (video_id) where voided_at is not null;
