DROP INDEX users_never_verified;
CREATE INDEX users_never_verified ON users (created_at)
    WHERE email_verified_at IS NULL AND import_id IS NULL AND role = 'user' AND disabled_at IS NULL;
-- They stay deleted, as if an admin had done it.
ALTER TABLE users DROP CONSTRAINT users_owner_deleted;
ALTER TABLE users DROP COLUMN owner_deleted_at;
ALTER TABLE mails DROP CONSTRAINT mails_user_id_fkey;
ALTER TABLE mails ADD CONSTRAINT mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL;
