ALTER TABLE users DROP COLUMN password_breach_checked_at;
