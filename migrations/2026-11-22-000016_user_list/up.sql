-- The list of users at any size. What it filters by is one number a user, so that every mix of filters
-- is a handful of values, and an index that leads with the number finds the users of each in the
-- order of the list, or by a beginning. Nothing that a sign-in or a refresh writes stands in an index:
-- these updates stay heap-only.
ALTER TABLE users
    -- Addresses are ASCII. In the order of bytes one index serves equality, beginnings and the list's
    -- order, whatever the locale of the database.
    ALTER COLUMN email_canonical TYPE text COLLATE "C",
    ADD COLUMN two_factor boolean NOT NULL DEFAULT false;
UPDATE users SET two_factor = true WHERE EXISTS (
    SELECT FROM totp_authenticators AS t WHERE t.user_id = users.id AND t.confirmed_at IS NOT NULL);
ALTER TABLE users ADD COLUMN kind smallint NOT NULL GENERATED ALWAYS AS (
    CASE WHEN disabled_at IS NULL THEN 0 WHEN deleted_at IS NULL THEN 1 ELSE 2 END
    + CASE WHEN role = 'admin' THEN 4 ELSE 0 END
    + CASE WHEN email_verified_at IS NOT NULL THEN 8 ELSE 0 END
    + CASE WHEN two_factor THEN 16 ELSE 0 END) STORED;
COMMENT ON COLUMN users.two_factor IS 'Whether an authenticator is confirmed; kept by a trigger of totp_authenticators.';
COMMENT ON COLUMN users.kind IS 'What the list of users filters by: 1 disabled or 2 deleted, 4 admin, 8 verified, 16 second factor.';

CREATE FUNCTION users_note_two_factor() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER note_two_factor AFTER INSERT OR DELETE OR UPDATE OF user_id, confirmed_at
    ON totp_authenticators FOR EACH ROW EXECUTE FUNCTION users_note_two_factor();

DROP INDEX users_by_address_prefix, users_by_name_prefix, users_disabled, users_unverified;
CREATE INDEX users_by_kind_and_creation ON users (kind, created_at, id);
CREATE INDEX users_by_kind_and_address ON users (kind, email_canonical) INCLUDE (created_at, id);
-- With the name itself, without which Postgres would fetch each row to look at it.
CREATE INDEX users_by_kind_and_name ON users (kind, lower(display_name) text_pattern_ops)
    INCLUDE (display_name, email_canonical, created_at, id) WHERE display_name IS NOT NULL;
