DROP INDEX sessions_by_user, users_by_import;
ALTER TABLE users DROP COLUMN import_id;
DROP TABLE user_import_parts, user_imports;
