-- The truth: one row a vote; the primary key decides every race.
create table votes.votes (
  video_id  uuid not null,
  voter_id  integer not null,
  cast_at   timestamptz not null default now(),
  primary key (video_id, voter_id)
);
create index votes_voter on votes.votes (voter_id);

create table votes.tallies (
  video_id  uuid primary key,
  votes     integer not null check (votes >= 0)
);

-- The one contest of this installation.
create table votes.contest (
  id                  boolean primary key default true check (id),
  name                text not null,
  edition             text not null,
  opens_at            timestamptz not null,
  closes_at           timestamptz, -- none: open until an organiser sets it
  finalists_per_city  integer not null check (finalists_per_city > 0),
  vote_goal           integer not null check (vote_goal > 0),
  check (closes_at > opens_at)
);

-- Cities whose players can qualify, and every other way to write them, as comparison keys.
create table votes.cities (
  name  text primary key
);
create table votes.city_keys (
  key   text primary key,
  city  text not null references votes.cities on delete cascade on update cascade
);

create view votes.tally as select video_id, votes from votes.tallies;
create view votes.city_name as select key, city from votes.city_keys;

grant usage on schema votes to anb_videos;
grant select on votes.tally, votes.city_name to anb_videos;

insert into votes.contest (name, edition, opens_at, finalists_per_city, vote_goal)
values ('ANB Rising Stars Showcase', '2026', '2026-01-01', 2, 3000);

insert into votes.cities (name)
values ('Bogotá'), ('Medellín'), ('Cali'), ('Barranquilla'), ('Cartagena'), ('Bucaramanga'), ('Pereira'),
  ('Manizales'), ('Santa Marta');

insert into votes.city_keys (key, city)
values
  ('bogota', 'Bogotá'), ('bogota dc', 'Bogotá'), ('bogota d c', 'Bogotá'), ('santa fe de bogota', 'Bogotá'),
  ('medellin', 'Medellín'),
  ('cali', 'Cali'), ('santiago de cali', 'Cali'),
  ('barranquilla', 'Barranquilla'),
  ('cartagena', 'Cartagena'), ('cartagena de indias', 'Cartagena'),
  ('bucaramanga', 'Bucaramanga'),
  ('pereira', 'Pereira'),
  ('manizales', 'Manizales'),
  ('santa marta', 'Santa Marta');
