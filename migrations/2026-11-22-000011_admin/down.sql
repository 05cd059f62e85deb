DROP INDEX users_to_erase, users_unverified, users_disabled, users_admins, users_by_name_prefix,
    users_by_address_prefix, users_by_creation;
ALTER TABLE users DROP COLUMN deleted_at;
COMMENT ON COLUMN users.disabled_at IS NULL;
