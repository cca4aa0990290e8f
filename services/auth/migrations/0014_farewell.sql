-- The last mail to an account outlives it, and so carries its address.
alter table auth.mails
  add column email text,
  drop constraint mails_kind_check,
  add constraint mails_kind_check check (kind in
    ('verify_email', 'reset_password', 'password_changed', 'clip_ready', 'clip_failed', 'account_deleted')) not valid;
alter table auth.mails validate constraint mails_kind_check;
