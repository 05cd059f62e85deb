-- What happened to whom, in order. Rows are only ever inserted.
CREATE TABLE audit_events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    event text NOT NULL,
    level text NOT NULL CHECK (level IN ('info', 'notice', 'warning')),
    actor_id uuid,
    subject_id uuid,
    subject_hash bytea,
    session_id uuid,
    ip inet,
    user_agent text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_by_subject ON audit_events (subject_id, seq);
COMMENT ON COLUMN audit_events.actor_id IS 'Who acted; NULL where nobody was signed in.';
COMMENT ON COLUMN audit_events.subject_id IS 'Whose account it concerns. No foreign key: the log outlives accounts.';
COMMENT ON COLUMN audit_events.subject_hash IS 'HMAC of the address where no account is known for it.';
COMMENT ON COLUMN audit_events.detail IS 'What the event adds, by its type; never a secret.';
