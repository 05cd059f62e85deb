UPDATE mails SET sealed = NULL WHERE dropped_at IS NOT NULL;
DROP INDEX mails_given_up_by_age;
DROP INDEX mails_waiting;
CREATE INDEX mails_waiting ON mails (next_attempt_at) WHERE sealed IS NOT NULL;
ALTER TABLE mails DROP CONSTRAINT mails_sealed_until_done;
ALTER TABLE mails ADD CONSTRAINT mails_check1 CHECK ((sealed IS NULL) = (sent_at IS NOT NULL OR dropped_at IS NOT NULL));
COMMENT ON COLUMN mails.sealed IS 'Recipient, subject and both bodies, sealed; NULL once sent or dropped.';
