-- Invitations by mail, and what the dashboard counts by. There is no user before one is accepted.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_canonical text NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'admin')),
    invited_by uuid REFERENCES users (id) ON DELETE SET NULL,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
-- An address has one invitation at a time; one that has expired counts until it is revoked.
CREATE UNIQUE INDEX invitations_open ON invitations (email_canonical)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_open_by_creation ON invitations (created_at, id)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_by_inviter ON invitations (invited_by) WHERE invited_by IS NOT NULL;
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
COMMENT ON COLUMN invitations.invited_by IS 'The admin who sent it last; it holds only while they are one. NULL once erased.';
COMMENT ON COLUMN invitations.token_hash IS 'SHA-256 of the secret in the link that was sent last.';
COMMENT ON COLUMN invitations.sent_at IS 'When the link was sent last.';
COMMENT ON COLUMN invitations.accepted_at IS 'When an account was made of it.';
COMMENT ON COLUMN invitations.revoked_at IS 'When it was taken back, or found its address taken.';

-- The dashboard: sign-ins by time, mails that were given up, addresses that are blocked.
CREATE INDEX audit_events_by_event_time ON audit_events (event, at);
CREATE INDEX mails_given_up ON mails (dropped_at) WHERE dropped_at IS NOT NULL AND NOT decoy;
CREATE INDEX account_throttles_blocked ON account_throttles (key) WHERE failures >= 100;
