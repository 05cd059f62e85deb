ALTER TABLE sessions DROP COLUMN rotated_user_agent;
ALTER TABLE sessions DROP COLUMN rotated_ip;
