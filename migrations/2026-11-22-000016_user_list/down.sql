DROP INDEX users_by_kind_and_name, users_by_kind_and_address, users_by_kind_and_creation;
DROP TRIGGER note_two_factor ON totp_authenticators;
DROP FUNCTION users_note_two_factor();
ALTER TABLE users DROP COLUMN kind;
ALTER TABLE users DROP COLUMN two_factor,
    ALTER COLUMN email_canonical TYPE text COLLATE "default";
CREATE INDEX users_by_address_prefix ON users (email_canonical text_pattern_ops);
CREATE INDEX users_by_name_prefix ON users (lower(display_name) text_pattern_ops);
CREATE INDEX users_disabled ON users (created_at, id) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_unverified ON users (created_at, id) WHERE email_verified_at IS NULL;
