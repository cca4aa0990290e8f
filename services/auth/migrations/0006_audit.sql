-- What was changed about accounts by others than their owners. A trace can be left, not changed.
create table auth.audit (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  user_id     integer, -- who did it; null: whoever may run the commands
  action      text not null,
  subject_id  integer not null, -- the account
  detail      jsonb
);
revoke update, delete on auth.audit from anb_auth;
