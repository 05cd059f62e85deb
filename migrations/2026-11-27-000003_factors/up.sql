-- Passkeys and a phone as second factors, beside the authenticator app.
CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    credential jsonb NOT NULL,
    counter bigint NOT NULL DEFAULT 0,
    backup_eligible boolean NOT NULL,
    synced boolean NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    created_by text,
    last_used_by text
);
COMMENT ON COLUMN passkeys.credential_id IS 'The id that the authenticator gave the credential (WebAuthn, 5.1).';
COMMENT ON COLUMN passkeys.credential IS 'The public key, and what was said when the passkey was made.';
COMMENT ON COLUMN passkeys.counter IS 'The signature counter of the last sign-in; 0 where the authenticator has none.';
COMMENT ON COLUMN passkeys.backup_eligible IS 'Whether the authenticator may copy it to other devices; never changes.';
COMMENT ON COLUMN passkeys.synced IS 'Whether it was copied to other devices, as the last sign-in said.';
COMMENT ON COLUMN passkeys.name IS 'The name that its owner gave it.';
COMMENT ON COLUMN passkeys.created_by IS 'The user agent that made it.';
COMMENT ON COLUMN passkeys.last_used_by IS 'The user agent of the last sign-in.';
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);

-- Not confirmed: a number that waits for its first code.
CREATE TABLE phones (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    number bytea NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
COMMENT ON COLUMN phones.number IS 'The number in E.164, sealed; bound to this table, row and column.';
CREATE INDEX phones_pending_by_age ON phones (created_at) WHERE confirmed_at IS NULL;

-- Whichever of the three tables changes, the row of the user says whether one of them has a confirmed factor.
CREATE FUNCTION users_have_factor(id uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM totp_authenticators AS t WHERE t.user_id = $1 AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM passkeys AS p WHERE p.user_id = $1)
        OR EXISTS (SELECT FROM phones AS p WHERE p.user_id = $1 AND p.confirmed_at IS NOT NULL)
$$;
CREATE OR REPLACE FUNCTION users_note_two_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE users SET two_factor = false
            WHERE id = OLD.user_id AND two_factor AND NOT users_have_factor(OLD.user_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE users SET two_factor = true
            WHERE id = NEW.user_id AND NOT two_factor AND users_have_factor(NEW.user_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_two_factor AFTER INSERT OR DELETE OR UPDATE OF user_id
    ON passkeys FOR EACH ROW EXECUTE FUNCTION users_note_two_factor();
CREATE TRIGGER note_two_factor AFTER INSERT OR DELETE OR UPDATE OF user_id, confirmed_at
    ON phones FOR EACH ROW EXECUTE FUNCTION users_note_two_factor();
COMMENT ON COLUMN users.two_factor IS 'Whether an authenticator app, a passkey or a phone is confirmed; kept by triggers of their tables. Where the tables say otherwise, no one signs in.';

-- The functions find the tables whatever the search path of a restore is.
DO $$
DECLARE
    ours text;
BEGIN
    FOREACH ours IN ARRAY ARRAY['users_have_factor(uuid)', 'users_note_two_factor()']
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', ours, current_schema());
    END LOOP;
END $$;
