DROP INDEX mails_merging;
DROP INDEX mails_capped;
ALTER TABLE mails DROP COLUMN merged, DROP COLUMN merge_key, DROP COLUMN capped;
DROP TABLE mail_caps;
