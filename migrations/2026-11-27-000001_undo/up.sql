-- "This wasn't me": the events whose mail has a link, with the account as it was just before, and what a link leaves
-- behind on the account.
CREATE TABLE undo_points (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    number bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    change text NOT NULL CHECK (change IN ('nothing', 'password', 'address', 'factor_added', 'factor_lost')),
    by_known_browser boolean NOT NULL,
    happened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    used_at timestamptz,
    ended_at timestamptz,
    spent bytea[] NOT NULL DEFAULT '{}'
);
CREATE INDEX undo_points_by_user ON undo_points (user_id, number);
CREATE INDEX undo_points_by_expiry ON undo_points (expires_at);
COMMENT ON COLUMN undo_points.number IS 'The order of the events of an account, which is locked while one is written.';
COMMENT ON COLUMN undo_points.kind IS 'The kind of the mail.';
COMMENT ON COLUMN undo_points.change IS 'What the event changed.';
COMMENT ON COLUMN undo_points.by_known_browser IS 'Whether the account had known the browser for 72 hours; true for an act of an admin.';
COMMENT ON COLUMN undo_points.sealed IS 'Address, password hash and second factor just before the event, sealed.';
COMMENT ON COLUMN undo_points.used_at IS 'When the link was first used, with or without a proof.';
COMMENT ON COLUMN undo_points.ended_at IS 'When it was used with the full proof, or the link of an earlier event was; the link is dead since then.';
COMMENT ON COLUMN undo_points.spent IS 'The codes that were accepted at this link: time steps in eight bytes, or MACs of backup codes.';

ALTER TABLE users ADD COLUMN frozen_at timestamptz;
ALTER TABLE users ADD COLUMN frozen_until timestamptz;
ALTER TABLE users ADD COLUMN sign_in_frozen_until timestamptz;
ALTER TABLE users ADD COLUMN password_closed_at timestamptz;
COMMENT ON COLUMN users.frozen_at IS 'When a link last froze the account; also after the freeze was lifted.';
COMMENT ON COLUMN users.frozen_until IS 'Until then, address, second factor and deletion cannot be changed by the owner.';
COMMENT ON COLUMN users.sign_in_frozen_until IS 'Until then, no one signs in or resets the password.';
COMMENT ON COLUMN users.password_closed_at IS 'Since when no password opens the account: a reset has to set a new one.';

-- Device cookies know an account by its address, which another account may have had before.
ALTER TABLE users ADD COLUMN email_since timestamptz;
COMMENT ON COLUMN users.email_since IS 'When the account came to its address; NULL for the address that it began with.';
ALTER TABLE former_addresses ADD COLUMN held_since timestamptz;
COMMENT ON COLUMN former_addresses.held_since IS 'When the account had come to it; NULL for the address that it began with.';

ALTER TABLE mails ADD COLUMN undo_id uuid;
COMMENT ON COLUMN mails.undo_id IS 'The undo point of the earliest event in a merged mail, to which its link belongs.';
