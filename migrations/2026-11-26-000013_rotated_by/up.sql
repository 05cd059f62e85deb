-- From where a session's token was last rotated. `ip` and `user_agent` are no help: every request of
-- the session notes them anew, and so would one that shows the token of before.
ALTER TABLE sessions ADD COLUMN rotated_ip inet;
ALTER TABLE sessions ADD COLUMN rotated_user_agent text;
COMMENT ON COLUMN sessions.rotated_ip IS 'The address of the request that got the current token; NULL where none was rotated yet.';
COMMENT ON COLUMN sessions.rotated_user_agent IS 'The user agent of that request; empty where it sent none. The token of before is repeated to no other.';
