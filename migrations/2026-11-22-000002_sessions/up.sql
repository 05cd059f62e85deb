-- One row a signed-in browser or client. Rotation rewrites a row in place: no index covers a column
-- that it changes, and the pages keep room, so that these updates stay heap-only.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    generation bigint NOT NULL DEFAULT 0 CHECK (generation >= 0),
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    previous_token_hash bytea CHECK (octet_length(previous_token_hash) = 32),
    jti text NOT NULL,
    issued_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    rotated_at timestamptz,
    absolute_expires_at timestamptz(3) NOT NULL,
    created_at timestamptz(3) NOT NULL,
    last_seen_at timestamptz(3) NOT NULL,
    remembered boolean NOT NULL,
    ip inet,
    user_agent text,
    authenticated_at timestamptz(3) NOT NULL,
    authentication_methods text[] NOT NULL,
    proven_at timestamptz(3) NOT NULL,
    proof_methods text[] NOT NULL,
    revoked_at timestamptz,
    revoked_reason text,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX sessions_living_by_user ON sessions (user_id) WHERE revoked_at IS NULL;
CREATE INDEX sessions_by_absolute_expiry ON sessions (absolute_expires_at);
COMMENT ON COLUMN sessions.generation IS 'Rotations so far; the refresh token carries it as gen.';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the current refresh token.';
COMMENT ON COLUMN sessions.previous_token_hash IS 'SHA-256 of its direct predecessor, honoured for a short grace.';
COMMENT ON COLUMN sessions.jti IS 'jti of the current refresh token, from which it can be encoded again.';
COMMENT ON COLUMN sessions.rotated_at IS 'Time of the last rotation by the clock of the database; the grace counts from here.';
COMMENT ON COLUMN sessions.absolute_expires_at IS 'No rotation carries the session past this.';
COMMENT ON COLUMN sessions.authentication_methods IS 'How the user signed in, in the words of RFC 8176 (pwd, otp, mca).';
COMMENT ON COLUMN sessions.proven_at IS 'When the user last proved who they are; a refresh never moves it.';

-- Tokens that may no longer be used although their signature and expiry would allow it: one-time
-- tokens after their use, access tokens after signing out.
CREATE TABLE revoked_tokens (
    token_id text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
COMMENT ON COLUMN revoked_tokens.token_id IS 'The jti of the token; of a token without one, a digest of the token.';
COMMENT ON COLUMN revoked_tokens.expires_at IS 'When the token expires by itself, and the row may go.';
