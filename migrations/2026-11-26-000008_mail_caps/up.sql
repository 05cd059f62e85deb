-- How much mail others can cause to one recipient: of all nodes together.
CREATE TABLE mail_caps (
    key uuid PRIMARY KEY,
    full_at timestamptz NOT NULL,
    held boolean NOT NULL
);
CREATE INDEX mail_caps_idle ON mail_caps (full_at);
COMMENT ON COLUMN mail_caps.key IS 'The first 128 bits of an HMAC of the rule, the kind of mail, and the recipient or the mailbox: no address stands here.';
COMMENT ON COLUMN mail_caps.full_at IS 'Of a cap: when it lets its whole burst through again. Of security mails: the earliest time of the next one of the kind.';
COMMENT ON COLUMN mail_caps.held IS 'Whether a security mail waits for full_at, or was sent then.';

ALTER TABLE mails
    ADD capped boolean NOT NULL DEFAULT false,
    ADD merge_key uuid,
    ADD merged integer NOT NULL DEFAULT 1 CHECK (merged > 0);
CREATE INDEX mails_capped ON mails (created_at) WHERE capped;
CREATE INDEX mails_merging ON mails (merge_key) WHERE merge_key IS NOT NULL AND sealed IS NOT NULL;
COMMENT ON COLUMN mails.capped IS 'Never sent, since a cap on mail to its recipient was reached.';
COMMENT ON COLUMN mails.merge_key IS 'Of a security mail that waits for the hour after the last one of its kind: the key in mail_caps under which the next event replaces it.';
COMMENT ON COLUMN mails.merged IS 'How many events the mail tells of; its text has the latest.';
