-- A mail that was given up keeps its text, still sealed, so that an operator can have it tried again.
ALTER TABLE mails DROP CONSTRAINT mails_check1;
ALTER TABLE mails ADD CONSTRAINT mails_sealed_until_done CHECK (
    CASE WHEN sent_at IS NOT NULL THEN sealed IS NULL
         WHEN dropped_at IS NULL THEN sealed IS NOT NULL
         ELSE true END);
DROP INDEX mails_waiting;
CREATE INDEX mails_waiting ON mails (next_attempt_at) WHERE sealed IS NOT NULL AND dropped_at IS NULL;
CREATE INDEX mails_given_up_by_age ON mails (dropped_at) WHERE sealed IS NOT NULL AND dropped_at IS NOT NULL;
COMMENT ON COLUMN mails.sealed IS 'Recipient, subject and both bodies, sealed; NULL once sent or dropped for good. A mail that was given up keeps it.';
