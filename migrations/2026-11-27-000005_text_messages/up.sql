-- Codes that were sent to phones: one a user, which the next one replaces.
CREATE TABLE phone_codes (
    user_id uuid PRIMARY KEY REFERENCES phones (user_id) ON DELETE CASCADE,
    mac bytea NOT NULL CHECK (octet_length(mac) = 32),
    key_id text NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
COMMENT ON COLUMN phone_codes.mac IS 'HMAC-SHA256 of user, number, use and code, under a key of the sealing ring.';
COMMENT ON COLUMN phone_codes.key_id IS 'The id of that key.';
COMMENT ON COLUMN phone_codes.tries IS 'How often a code was compared with it.';
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);

-- The messages of the last hour, of all nodes together.
CREATE TABLE sent_texts (
    id uuid PRIMARY KEY,
    number_key uuid NOT NULL,
    user_key uuid NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON COLUMN sent_texts.number_key IS 'The first 128 bits of an HMAC of the number, which does not stand here.';
COMMENT ON COLUMN sent_texts.user_key IS 'The same of the id of the user who caused the message.';
CREATE INDEX sent_texts_by_number ON sent_texts (number_key, at);
CREATE INDEX sent_texts_by_user ON sent_texts (user_key, at);
CREATE INDEX sent_texts_by_time ON sent_texts (at);

-- As the other locks: only the roles of the service can take it.
CREATE TABLE text_lock ();
COMMENT ON TABLE text_lock IS 'Held by the transaction that counts a message.';
REVOKE ALL ON text_lock FROM PUBLIC;
