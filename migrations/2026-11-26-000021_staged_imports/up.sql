-- The accounts of an import that runs, staged in chunks, each of which is a short transaction of its own. One
-- transaction makes the accounts of them; what is staged is then the list of the owners to be mailed, and goes
-- chunk by chunk as their mails are written.
CREATE TABLE user_import_rows (
    import_id uuid NOT NULL REFERENCES user_imports (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    line bigint NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    email_canonical text COLLATE "C" NOT NULL,
    display_name text,
    password_hash text NOT NULL,
    role text NOT NULL,
    email_verified boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (import_id, number)
);
COMMENT ON COLUMN user_import_rows.number IS 'Which row of the file it is, from 0.';
COMMENT ON COLUMN user_import_rows.line IS 'The line of the file that it begins on, from 1.';
COMMENT ON COLUMN user_import_rows.id IS 'The id that the account gets.';
COMMENT ON COLUMN user_import_rows.password_hash IS 'As in users; here for as long as the import runs, and until the owner is mailed.';

ALTER TABLE user_imports
    ADD COLUMN rows_staged bigint NOT NULL DEFAULT 0,
    ADD COLUMN staged_run integer NOT NULL DEFAULT 0,
    ADD COLUMN cleared_to bigint,
    ADD COLUMN owners_mailed bigint NOT NULL DEFAULT 0,
    ADD COLUMN mails_owners boolean NOT NULL DEFAULT true;
CREATE INDEX user_imports_to_clear ON user_imports (finished_at)
    WHERE cleared_to IS NOT NULL AND finished_at IS NOT NULL;
COMMENT ON COLUMN user_imports.rows_staged IS 'Rows of the file, from its beginning, that are staged or have an account; a run goes on behind them.';
COMMENT ON COLUMN user_imports.staged_run IS 'The last run that staged a row.';
COMMENT ON COLUMN user_imports.cleared_to IS 'The first row that may still be staged; NULL where none is.';
COMMENT ON COLUMN user_imports.owners_mailed IS 'Mails to owners that were written.';
COMMENT ON COLUMN user_imports.mails_owners IS 'Whether the owners are mailed.';
