-- Browsers that a user trusts: after the right password they are asked for no code.
CREATE TABLE trusted_devices (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    rev bigint NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    ip inet,
    user_agent text,
    UNIQUE (user_id, secret_hash)
);
CREATE INDEX trusted_devices_by_expiry ON trusted_devices (expires_at);
COMMENT ON COLUMN trusted_devices.secret_hash IS 'SHA-256 of the secret in the device cookie that the browser was given for this user.';
COMMENT ON COLUMN trusted_devices.rev IS 'The revocation_id at the time: trust dies when that rises, like every token.';
COMMENT ON COLUMN trusted_devices.ip IS 'Where the browser was when it was last used.';
