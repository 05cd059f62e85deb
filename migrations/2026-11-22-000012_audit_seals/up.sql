-- The audit log is append-only, and sealed segment by segment into a chain (docs/audit.md).

-- A number is taken only by a transaction that has its id already. Whoever read the sequence, took
-- an id of its own after that, and waited until every older transaction was over, has therefore
-- seen the last of the events up to what it read. CASE fixes the order.
ALTER TABLE audit_events ALTER COLUMN seq DROP IDENTITY;
CREATE SEQUENCE audit_events_seq_seq OWNED BY audit_events.seq;
SELECT setval('audit_events_seq_seq', coalesce(max(seq), 1), max(seq) IS NOT NULL) FROM audit_events;
ALTER TABLE audit_events ALTER COLUMN seq SET DEFAULT
    CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_events_seq_seq') END;

-- What the audit list filters by; the subject has an index already.
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_subject_hash ON audit_events (subject_hash, seq) WHERE subject_hash IS NOT NULL;
CREATE INDEX audit_events_by_event ON audit_events (event, seq);
CREATE INDEX audit_events_by_time ON audit_events (at);

-- A link of the chain: it covers the events of a range of numbers, or says what was purged.
CREATE TABLE audit_seals (
    number bigint PRIMARY KEY CHECK (number > 0),
    sealed_at timestamptz NOT NULL,
    after_seq bigint NOT NULL,
    last_seq bigint NOT NULL CHECK (last_seq >= after_seq),
    events bigint NOT NULL CHECK (events >= 0),
    row_hashes bytea,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    purged_through bigint CHECK (purged_through < number),
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    key_id text NOT NULL,
    mac bytea NOT NULL CHECK (octet_length(mac) = 32)
);
CREATE INDEX audit_seals_of_purges ON audit_seals (purged_through) WHERE purged_through IS NOT NULL;
COMMENT ON COLUMN audit_seals.number IS '1 for the first, without gaps.';
COMMENT ON COLUMN audit_seals.after_seq IS 'The last seq of the seal before: this one covers what comes after it.';
COMMENT ON COLUMN audit_seals.last_seq IS 'The last seq that it covers.';
COMMENT ON COLUMN audit_seals.events IS 'How many events there are in that range. Numbers of undone transactions are missing.';
COMMENT ON COLUMN audit_seals.row_hashes IS 'For each event seq (8 bytes) and SHA-256 of its canonical bytes, in order; NULL once purged.';
COMMENT ON COLUMN audit_seals.digest IS 'SHA-256 of row_hashes.';
COMMENT ON COLUMN audit_seals.purged_through IS 'All events up to those of the seal of this number were purged with this one.';
COMMENT ON COLUMN audit_seals.previous IS 'SHA-256 of the seal before, its MAC included; zeros in the first.';
COMMENT ON COLUMN audit_seals.key_id IS 'The key of SEALING_KEYS that the MAC is made with.';
COMMENT ON COLUMN audit_seals.mac IS 'HMAC-SHA256 of all columns but row_hashes and mac.';

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: no % of %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Events go only by whole segments, and only where a seal says so that stays.
CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    purged bigint := (SELECT last_seq FROM audit_seals
                      WHERE number = (SELECT max(purged_through) FROM audit_seals));
BEGIN
    IF EXISTS (SELECT FROM gone WHERE purged IS NULL OR seq > purged) THEN
        RAISE EXCEPTION 'the audit log is append-only: no DELETE of events that no seal purges'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM audit_events WHERE seq <= purged) THEN
        RAISE EXCEPTION 'the audit log is purged by whole segments only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

-- Of a seal, nothing changes but the hashes of purged events, which go.
CREATE FUNCTION audit_refuse_change_of_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.row_hashes IS NULL
        AND OLD.number <= (SELECT max(purged_through) FROM audit_seals)
        AND to_jsonb(NEW) - 'row_hashes' = to_jsonb(OLD) - 'row_hashes'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: no UPDATE of seal %', OLD.number
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_but_purges AFTER DELETE ON audit_events
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_delete();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_but_purges BEFORE UPDATE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change_of_seal();
