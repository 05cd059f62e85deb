-- Who has proven a mailbox, and since when an account may know a browser. The word of an imported file
-- lets an account sign in; what asks for a proven mailbox does not take it.
ALTER TABLE users
    ADD COLUMN verified_by_file boolean NOT NULL DEFAULT false,
    ADD COLUMN browsers_known_from timestamptz(3),
    ADD COLUMN unverified_since timestamptz;
COMMENT ON COLUMN users.verified_by_file IS 'Whether email_verified_at is the word of an imported file, and the mailbox was not proven here.';
COMMENT ON COLUMN users.browsers_known_from IS 'Entries of device cookies from before are forgotten; of an imported account, the time of the import.';

UPDATE users AS u SET
    browsers_known_from = COALESCE(i.finished_at, i.created_at),
    -- A link or a reset may have proven the mailbox since.
    verified_by_file = u.email_verified_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_events AS e
        WHERE e.subject_id = u.id AND e.event IN ('email_verified', 'password_reset'))
FROM user_imports AS i WHERE i.id = u.import_id;

-- Accounts that were registered and never verified: the worker deletes the old ones. Those of before
-- this rule have as long from now on.
COMMENT ON COLUMN users.unverified_since IS 'Where it is later than created_at: since when the days of UNVERIFIED_DAYS count.';
UPDATE users SET unverified_since = now()
    WHERE email_verified_at IS NULL AND import_id IS NULL AND role = 'user';
CREATE INDEX users_never_verified ON users (created_at)
    WHERE email_verified_at IS NULL AND import_id IS NULL AND role = 'user' AND disabled_at IS NULL;
