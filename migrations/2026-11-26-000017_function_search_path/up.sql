-- Functions find our tables whatever the search path of who fires them is: the one of a restore is empty
-- (pg_dump), and a trigger that failed there lost the rows of its table.
DO $$
DECLARE
    ours text;
BEGIN
    FOREACH ours IN ARRAY ARRAY['audit_refuse', 'audit_refuse_delete', 'audit_refuse_change_of_seal',
        'users_note_two_factor']
    LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = pg_catalog, %I, pg_temp', ours, current_schema());
    END LOOP;
END $$;
COMMENT ON COLUMN users.two_factor IS 'Whether an authenticator is confirmed; kept by a trigger of totp_authenticators. Where the tables say otherwise, nobody signs in.';
