ALTER TABLE mails DROP COLUMN undo_id;
ALTER TABLE former_addresses DROP COLUMN held_since;
ALTER TABLE users DROP COLUMN email_since;
ALTER TABLE users DROP COLUMN password_closed_at;
ALTER TABLE users DROP COLUMN sign_in_frozen_until;
ALTER TABLE users DROP COLUMN frozen_until;
ALTER TABLE users DROP COLUMN frozen_at;
DROP TABLE undo_points;
