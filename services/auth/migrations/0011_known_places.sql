-- A browser is known by a cookie of its own, whatever address it comes from: `address_hash` is then of the account and
-- the cookie. So neither who shares an address with the owner nor who goes on guessing keeps them out.
comment on column auth.known_addresses.address_hash is 'of the account and an address, or a browser''s cookie';

-- A day's sign-ins of one account are counted by it.
create index sessions_begun on auth.sessions (user_id, created_at);
drop index auth.sessions_user;
