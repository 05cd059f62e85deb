-- Pages of the log by two filters that are both frequent and hardly ever meet: a busy admin and an event that is
-- common and never theirs. Without these, Postgres passes every event of the one filter for each page.
CREATE INDEX audit_events_by_actor_event ON audit_events (actor_id, event, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_subject_event ON audit_events (subject_id, event, seq) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_events_by_subject_hash_event ON audit_events (subject_hash, event, seq) WHERE subject_hash IS NOT NULL;
