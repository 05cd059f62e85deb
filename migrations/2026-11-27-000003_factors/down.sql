-- users.two_factor stays as it is: the version before refuses to sign in whoever had only a passkey or a phone, until an
-- operator resets the second factor. Else their password alone would sign in.
CREATE OR REPLACE FUNCTION users_note_two_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE users SET two_factor = false WHERE id = OLD.user_id AND two_factor
            AND (TG_OP = 'DELETE' OR NEW.user_id <> OLD.user_id OR NEW.confirmed_at IS NULL);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE users SET two_factor = true WHERE id = NEW.user_id AND NOT two_factor
            AND NEW.confirmed_at IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION users_note_two_factor() SET search_path = pg_catalog, %I, pg_temp', current_schema());
END $$;
COMMENT ON COLUMN users.two_factor IS 'Whether an authenticator is confirmed; kept by a trigger of totp_authenticators. Where the tables say otherwise, nobody signs in.';
DROP TABLE phones;
DROP TABLE passkeys;
DROP FUNCTION users_have_factor(uuid);
