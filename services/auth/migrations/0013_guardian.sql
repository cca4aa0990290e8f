-- Who agreed to the terms for a minor.
alter table auth.users add column guardian_name text;
