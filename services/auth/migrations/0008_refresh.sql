-- A refresh token is its session's id and a secret; of the secret only a hash is kept. The one that was used last
-- stays known, with the salt that makes its successor of it, for a client that the answer never reached.
alter table auth.sessions
  add column refresh_hash bytea,
  add column previous_hash bytea,
  add column previous_salt bytea,
  add column refreshed_at timestamptz,
  add column end_reason text check (end_reason in ('logout', 'reuse', 'password', 'role', 'deleted'));

-- auth.refresh_tokens is written by the release before this one and read by none; the next one drops it.
