-- When a replica last had the key to sign with, noted about every minute: nothing that the key signed is younger.
alter table auth.signing_keys add column used_at timestamptz;

-- Whichever signs now; until today nobody noted it.
update auth.signing_keys set used_at = now() where retired_at is null;
