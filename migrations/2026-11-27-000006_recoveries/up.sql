-- Recoveries of accounts whose second factor is lost: one row a user, from the start until it is used or ends.
CREATE TABLE recoveries (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    rev bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ip inet,
    user_agent text,
    reminded_at timestamptz,
    link_hash bytea UNIQUE,
    link_expires_at timestamptz,
    CHECK ((link_hash IS NULL) = (link_expires_at IS NULL))
);
COMMENT ON COLUMN recoveries.rev IS 'revocation_id at the start: whatever raises it ends the recovery.';
COMMENT ON COLUMN recoveries.ends_at IS 'When the delay is over and the link is mailed.';
COMMENT ON COLUMN recoveries.ip IS 'The address of the client that started it.';
COMMENT ON COLUMN recoveries.user_agent IS 'The user agent of that client.';
COMMENT ON COLUMN recoveries.reminded_at IS 'When the mail of half the delay was written.';
COMMENT ON COLUMN recoveries.link_hash IS 'SHA-256 of the secret in the mailed link; NULL before the end of the delay.';
COMMENT ON COLUMN recoveries.link_expires_at IS 'When the mailed link expires, and the recovery with it.';
