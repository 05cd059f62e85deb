-- Accounts that their owners deleted, who may take that back until the account is erased.
ALTER TABLE users ADD COLUMN owner_deleted_at timestamptz;
ALTER TABLE users ADD CONSTRAINT users_owner_deleted
    CHECK (owner_deleted_at IS NULL OR deleted_at = owner_deleted_at);
COMMENT ON COLUMN users.owner_deleted_at IS 'The same as deleted_at where the owner deleted the account; NULL where an admin did.';

-- What is known of a mail, such as a server's refusal, may name its recipient, and goes with the account.
ALTER TABLE mails DROP CONSTRAINT mails_user_id_fkey;
ALTER TABLE mails ADD CONSTRAINT mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;

-- An account that was never verified is deleted after a while, also where the person who registered it has deleted it.
DROP INDEX users_never_verified;
CREATE INDEX users_never_verified ON users (created_at)
    WHERE email_verified_at IS NULL AND import_id IS NULL AND role = 'user'
    AND (disabled_at IS NULL OR owner_deleted_at IS NOT NULL);
