-- A session that survives a change of credentials gets a token of a new line. Tokens of the line before
-- are superseded, not replayed, and those without `rev` are told by this alone.
ALTER TABLE sessions ADD COLUMN reissued_generation bigint NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD CONSTRAINT sessions_reissued_generation_check
    CHECK (reissued_generation BETWEEN 0 AND generation);
COMMENT ON COLUMN sessions.reissued_generation IS 'The generation that the last reissue gave; refresh tokens of earlier ones are superseded.';
