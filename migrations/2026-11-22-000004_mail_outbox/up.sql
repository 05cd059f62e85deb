-- Mails to be sent, written in the transaction that causes them.
CREATE TABLE mails (
    id uuid PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    kind text NOT NULL,
    decoy boolean NOT NULL DEFAULT false,
    sealed bytea,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    dropped_at timestamptz,
    last_error text,
    CHECK (sent_at IS NULL OR dropped_at IS NULL),
    CHECK ((sealed IS NULL) = (sent_at IS NOT NULL OR dropped_at IS NOT NULL))
);
CREATE INDEX mails_waiting ON mails (next_attempt_at) WHERE sealed IS NOT NULL;
CREATE INDEX mails_by_user ON mails (user_id, created_at);
COMMENT ON COLUMN mails.decoy IS 'Written so that a request for an unknown address does the same work; never sent.';
COMMENT ON COLUMN mails.sealed IS 'Recipient, subject and both bodies, sealed; NULL once sent or dropped.';
COMMENT ON COLUMN mails.next_attempt_at IS 'Not before this; a worker that takes the row moves it ahead as its lease.';
COMMENT ON COLUMN mails.expires_at IS 'When the link in the mail expires; past that it is dropped.';
COMMENT ON COLUMN mails.dropped_at IS 'When it was given up: refused for good, expired, a decoy, or out of attempts.';
