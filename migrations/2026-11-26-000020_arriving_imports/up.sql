-- The pieces of a file are kept as they arrive, so that a process holds no more than one of them while it
-- waits for bytes. A node of the version before takes such a file for one with a bad row, and cannot confirm it.
ALTER TABLE user_imports ADD COLUMN arriving boolean NOT NULL DEFAULT false
    CONSTRAINT user_imports_arriving CHECK (NOT arriving OR (state = 'uploaded' AND rows_bad > 0));
CREATE INDEX user_imports_arriving_by_admin ON user_imports (created_by, created_at, id) WHERE arriving;
COMMENT ON COLUMN user_imports.arriving IS 'Whether the rest of the file is still to come; nothing but the upload itself reads such a file.';
