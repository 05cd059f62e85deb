ALTER TABLE mails DROP COLUMN undo_id;
ALTER TABLE users DROP COLUMN password_closed_at;
ALTER TABLE users DROP COLUMN sign_in_frozen_until;
ALTER TABLE users DROP COLUMN frozen_until;
ALTER TABLE users DROP COLUMN frozen_at;
DROP TABLE undo_points;
