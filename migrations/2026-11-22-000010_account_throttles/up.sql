-- Guesses at passwords and codes, counted before they are checked: of all nodes together.
CREATE TABLE account_throttles (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    failures integer NOT NULL CHECK (failures >= 0),
    tried_at timestamptz NOT NULL,
    next_allowed_at timestamptz NOT NULL
);
-- A count that has reached the ceiling stays until somebody unlocks the address.
CREATE INDEX account_throttles_idle ON account_throttles (tried_at) WHERE failures < 100;
COMMENT ON COLUMN account_throttles.key IS 'HMAC of what is guessed, the canonical address, and the known browser or the notice that is bounded.';
COMMENT ON COLUMN account_throttles.failures IS 'Attempts in a row that were begun and have not succeeded; 0 where only the time counts.';
COMMENT ON COLUMN account_throttles.tried_at IS 'The last attempt that was let through.';
COMMENT ON COLUMN account_throttles.next_allowed_at IS 'No attempt is let through before this.';
