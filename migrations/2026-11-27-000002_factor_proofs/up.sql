-- A password that is given after a code does not make the code less recent.
ALTER TABLE sessions ADD COLUMN factor_proven_at timestamptz(3);
COMMENT ON COLUMN sessions.factor_proven_at IS 'When the user last gave a code of a second factor; NULL if never in this session.';
