-- Locks that only the roles of the service can take. Any role that may connect can hold an advisory lock,
-- and an open transaction of its own; these need the right to change a table, in the mode SHARE UPDATE
-- EXCLUSIVE, which no statement reaches before its rights are checked. The tables have no columns and stay
-- empty: a restore has nothing to put back.
CREATE TABLE admin_lock ();
COMMENT ON TABLE admin_lock IS 'Held by the transaction that acts as an admin.';
CREATE TABLE sealer_lock ();
COMMENT ON TABLE sealer_lock IS 'Held by the transaction that appends to the chain of the audit log.';
REVOKE ALL ON admin_lock, sealer_lock FROM PUBLIC;

-- False where another transaction has the lock. NOWAIT alone would end the transaction that asks.
CREATE FUNCTION try_sealer_lock() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE sealer_lock IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
COMMENT ON FUNCTION try_sealer_lock IS 'Takes sealer_lock until the end of the transaction; false where another one has it.';
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION try_sealer_lock() SET search_path = pg_catalog, %I, pg_temp', current_schema());
END $$;
