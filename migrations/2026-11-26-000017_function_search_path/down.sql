COMMENT ON COLUMN users.two_factor IS 'Whether an authenticator is confirmed; kept by a trigger of totp_authenticators.';
ALTER FUNCTION audit_refuse() RESET search_path;
ALTER FUNCTION audit_refuse_delete() RESET search_path;
ALTER FUNCTION audit_refuse_change_of_seal() RESET search_path;
ALTER FUNCTION users_note_two_factor() RESET search_path;
