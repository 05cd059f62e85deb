-- Accounts that come in a file: the file until it is imported, how far that is, and which accounts
-- are of it, so that all of them can be taken back.
CREATE TABLE user_imports (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    created_by uuid,
    file_name text NOT NULL CHECK (char_length(file_name) BETWEEN 1 AND 100),
    state text NOT NULL CHECK (state IN ('uploaded', 'running', 'done', 'failed', 'undone')),
    row_count bigint NOT NULL,
    rows_done bigint NOT NULL DEFAULT 0,
    accounts_new bigint NOT NULL,
    accounts_known bigint NOT NULL,
    rows_bad bigint NOT NULL,
    run integer NOT NULL DEFAULT 0,
    seen_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_session uuid,
    confirmed_ip inet,
    confirmed_user_agent text,
    finished_at timestamptz,
    undone_at timestamptz,
    failure text,
    CHECK ((finished_at IS NULL) = (state IN ('uploaded', 'running'))),
    CHECK ((undone_at IS NULL) = (state <> 'undone')),
    CHECK (state <> 'running' OR (confirmed_by IS NOT NULL AND confirmed_ip IS NOT NULL))
);
CREATE INDEX user_imports_by_creation ON user_imports (created_at, id);
CREATE INDEX user_imports_unfinished ON user_imports (seen_at) WHERE finished_at IS NULL;
COMMENT ON COLUMN user_imports.created_by IS 'The admin who brought the file; NULL for the command line. No foreign key: the list outlives accounts.';
COMMENT ON COLUMN user_imports.accounts_new IS 'What the rows came to: at the upload, and once it is done for good.';
COMMENT ON COLUMN user_imports.run IS 'Raised by the node that takes it; what an earlier run does is undone.';
COMMENT ON COLUMN user_imports.seen_at IS 'When the node that works on it was last heard of, or it was uploaded.';
COMMENT ON COLUMN user_imports.confirmed_ip IS 'From where it was confirmed, for the audit log.';
COMMENT ON COLUMN user_imports.failure IS 'Why it failed, in words for the page.';

-- The file itself, sealed, in pieces. It holds hashes of passwords: it is gone once it is imported.
CREATE TABLE user_import_parts (
    id uuid PRIMARY KEY,
    import_id uuid NOT NULL REFERENCES user_imports (id) ON DELETE CASCADE,
    number integer NOT NULL,
    sealed bytea NOT NULL,
    UNIQUE (import_id, number)
);
COMMENT ON COLUMN user_import_parts.sealed IS '64 KiB of the file, the last piece less, sealed.';

ALTER TABLE users ADD COLUMN import_id uuid REFERENCES user_imports (id);
CREATE INDEX users_by_import ON users (import_id, id) WHERE import_id IS NOT NULL;
COMMENT ON COLUMN users.import_id IS 'The file that brought the account.';

-- Whether somebody ever signed in, and what goes with an account that is erased.
CREATE INDEX sessions_by_user ON sessions (user_id);
