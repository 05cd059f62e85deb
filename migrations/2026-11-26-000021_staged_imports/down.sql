DROP TABLE user_import_rows;
ALTER TABLE user_imports
    DROP COLUMN rows_staged,
    DROP COLUMN staged_run,
    DROP COLUMN cleared_to,
    DROP COLUMN owners_mailed,
    DROP COLUMN mails_owners;
