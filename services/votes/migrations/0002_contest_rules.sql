-- On: a video opens for voting only when an organiser has seen it.
alter table votes.contest add column review_before_publication boolean not null default false;
create view votes.contest_rules as select review_before_publication from votes.contest;
grant select on votes.contest_rules to anb_videos;

-- What organisers changed. A trace can be left, not changed.
create table votes.audit (
  id       bigint generated always as identity primary key,
  at       timestamptz not null default now(),
  user_id  integer not null,
  action   text not null,
  detail   jsonb
);
revoke update, delete on votes.audit from anb_votes;
