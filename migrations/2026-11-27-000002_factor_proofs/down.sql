ALTER TABLE sessions DROP COLUMN factor_proven_at;
