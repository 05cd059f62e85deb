DROP INDEX users_by_password_kind;
DROP FUNCTION users_password_kind(text);
