-- A user's TOTP authenticator (RFC 6238). Not confirmed: an enrolment that waits for its first code.
CREATE TABLE totp_authenticators (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret bytea NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    refused_steps bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(refused_steps) <= 32),
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
COMMENT ON COLUMN totp_authenticators.secret IS 'The shared secret, sealed; bound to this table, row and column.';
COMMENT ON COLUMN totp_authenticators.last_step IS 'The last time step whose code was accepted; only later ones will be.';
COMMENT ON COLUMN totp_authenticators.refused_steps IS 'Steps whose code was shown outside the window; never accepted.';

-- Backup codes, the look-up secrets of NIST SP 800-63B-4.
CREATE TABLE backup_codes (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mac bytea NOT NULL CHECK (octet_length(mac) = 32),
    key_id text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, mac)
);
COMMENT ON COLUMN backup_codes.mac IS 'HMAC-SHA256 of the code under a key of the sealing ring.';
COMMENT ON COLUMN backup_codes.key_id IS 'Which key of the ring.';
