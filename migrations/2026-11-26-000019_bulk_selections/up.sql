-- Acts on everybody whom a search finds: the accounts as they were shown to the admin, who has an hour to confirm.
CREATE TABLE bulk_selections (
    id uuid PRIMARY KEY,
    admin_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    selected uuid[] NOT NULL CHECK (cardinality(selected) >= 1)
);
CREATE INDEX bulk_selections_by_admin ON bulk_selections (admin_id, made_at);
CREATE INDEX bulk_selections_by_time ON bulk_selections (made_at);
COMMENT ON COLUMN bulk_selections.admin_id IS 'Who made it, and alone may confirm it.';
COMMENT ON COLUMN bulk_selections.made_at IS 'When the search was made; the selection is good for an hour.';
COMMENT ON COLUMN bulk_selections.selected IS 'The ids of the accounts; the row is deleted as the act on them begins.';
