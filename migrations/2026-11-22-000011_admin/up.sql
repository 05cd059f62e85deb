-- What admins do: deleting with a grace, and looking through many users.
ALTER TABLE users ADD COLUMN deleted_at timestamptz;
ALTER TABLE users ADD CONSTRAINT users_deleted_are_disabled
    CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL);
COMMENT ON COLUMN users.disabled_at IS 'No sign-in from here on; no token of before works.';
COMMENT ON COLUMN users.deleted_at IS 'Deleted, and erased after a grace; the address stays taken until then.';

-- The list of users: its two orders (the other is the unique index of the address), the beginnings
-- that are searched for, and the filters that few rows pass.
CREATE INDEX users_by_creation ON users (created_at, id);
CREATE INDEX users_by_address_prefix ON users (email_canonical text_pattern_ops);
CREATE INDEX users_by_name_prefix ON users (lower(display_name) text_pattern_ops);
CREATE INDEX users_admins ON users (created_at, id) WHERE role = 'admin';
CREATE INDEX users_disabled ON users (created_at, id) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_unverified ON users (created_at, id) WHERE email_verified_at IS NULL;
CREATE INDEX users_to_erase ON users (deleted_at) WHERE deleted_at IS NOT NULL;
