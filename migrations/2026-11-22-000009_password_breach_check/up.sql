-- Whether the password was looked up among those known from data breaches.
ALTER TABLE users ADD COLUMN password_breach_checked_at timestamptz;
COMMENT ON COLUMN users.password_breach_checked_at IS 'When the current password was looked up among breached ones; NULL: not yet, to be made up for at the next sign-in.';
