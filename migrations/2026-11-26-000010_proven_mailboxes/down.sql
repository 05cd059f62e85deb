DROP INDEX users_never_verified;
ALTER TABLE users DROP COLUMN unverified_since, DROP COLUMN browsers_known_from, DROP COLUMN verified_by_file;
