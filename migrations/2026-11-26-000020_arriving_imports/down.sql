DELETE FROM user_imports WHERE arriving;
ALTER TABLE user_imports DROP COLUMN arriving;
