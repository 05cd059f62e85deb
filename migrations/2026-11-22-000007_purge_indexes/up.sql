-- What is forgotten is found by its age.
CREATE INDEX mails_done_by_age ON mails (created_at) WHERE sealed IS NULL;
CREATE INDEX totp_authenticators_pending_by_age ON totp_authenticators (created_at) WHERE confirmed_at IS NULL;
