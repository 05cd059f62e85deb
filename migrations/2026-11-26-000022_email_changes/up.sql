-- Changes of address: the one that waits for its link, and the addresses that an account had before.
CREATE TABLE email_changes (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    new_email text NOT NULL,
    new_email_canonical text COLLATE "C" NOT NULL,
    token_id text NOT NULL,
    rev bigint NOT NULL,
    session_id uuid REFERENCES sessions ON DELETE CASCADE,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX email_changes_by_session ON email_changes (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX email_changes_by_expiry ON email_changes (expires_at);
COMMENT ON COLUMN email_changes.new_email IS 'The address as typed.';
COMMENT ON COLUMN email_changes.new_email_canonical IS 'The same in lower case.';
COMMENT ON COLUMN email_changes.token_id IS 'jti of the link in the mail to the new address; an earlier link is dead.';
COMMENT ON COLUMN email_changes.rev IS 'revocation_id at the request: whatever raises it ends the change.';
COMMENT ON COLUMN email_changes.session_id IS 'The session that asked, with which the change ends; NULL where the access token named none.';
COMMENT ON COLUMN email_changes.expires_at IS 'When the link expires.';

CREATE TABLE former_addresses (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    email_canonical text COLLATE "C" NOT NULL,
    email text NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, email_canonical)
);
COMMENT ON COLUMN former_addresses.email_canonical IS 'The address in lower case; device cookies know an account by it.';
COMMENT ON COLUMN former_addresses.email IS 'The address as it was stored.';
COMMENT ON COLUMN former_addresses.replaced_at IS 'When another address last took its place.';
