SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.audit_refuse() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: no % of %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_refuse_change_of_seal() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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
CREATE FUNCTION public.audit_refuse_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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
CREATE FUNCTION public.try_sealer_lock() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    LOCK TABLE sealer_lock IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
COMMENT ON FUNCTION public.try_sealer_lock() IS 'Takes sealer_lock until the end of the transaction; false where another one has it.';
CREATE FUNCTION public.users_note_two_factor() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE users SET two_factor = false WHERE id = OLD.user_id AND two_factor
            AND (TG_OP = 'DELETE' OR NEW.user_id <> OLD.user_id OR NEW.confirmed_at IS NULL);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE users SET two_factor = true WHERE id = NEW.user_id AND NOT two_factor
            AND NEW.confirmed_at IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.users_password_kind(hash text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $_$
SELECT left(CASE
    -- $2b$12$..., alone or behind Django's own word: all but the 53 characters of salt and hash.
    WHEN hash ~ '^(bcrypt(_sha256)?\$)?\$2[aby]\$\d\d\$[^$]{53}$' THEN left(hash, -53)
    -- scrypt$N$salt$r$p$hash, as Django writes it: all but salt and hash.
    WHEN hash ~ '^scrypt\$\d+\$[^$]*\$\d+\$\d+\$[^$]+$'
        THEN regexp_replace(hash, '^(scrypt\$\d+\$)[^$]*(\$\d+\$\d+)\$[^$]+$', '\1\2')
    -- All others end in salt and hash. How long the hash is decides on the work of PBKDF2.
    WHEN hash ~ '^(\$?(argon2|pbkdf2)|\$scrypt\$).*\$[^$]*\$[^$]+$'
        THEN regexp_replace(hash, '\$[^$]*\$[^$]+$', '') || '$' || length(substring(hash FROM '[^$]+$'))
    END, 100)
$_$;
COMMENT ON FUNCTION public.users_password_kind(hash text) IS 'A stored hash without salt and output: what decides how long a guess takes. NULL for what is no hash.';
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.account_throttles (
    key bytea NOT NULL,
    failures integer NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    next_allowed_at timestamp with time zone NOT NULL,
    CONSTRAINT account_throttles_failures_check CHECK ((failures >= 0)),
    CONSTRAINT account_throttles_key_check CHECK ((octet_length(key) = 32))
);
COMMENT ON COLUMN public.account_throttles.key IS 'HMAC of what is guessed, the canonical address, and the known browser or the notice that is bounded.';
COMMENT ON COLUMN public.account_throttles.failures IS 'Attempts in a row that were begun and have not succeeded; 0 where only the time counts.';
COMMENT ON COLUMN public.account_throttles.tried_at IS 'The last attempt that was let through.';
COMMENT ON COLUMN public.account_throttles.next_allowed_at IS 'No attempt is let through before this.';
CREATE TABLE public.admin_lock (
);
COMMENT ON TABLE public.admin_lock IS 'Held by the transaction that acts as an admin.';
CREATE TABLE public.audit_events (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    event text NOT NULL,
    level text NOT NULL,
    actor_id uuid,
    subject_id uuid,
    subject_hash bytea,
    session_id uuid,
    ip inet,
    user_agent text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT audit_events_level_check CHECK ((level = ANY (ARRAY['info'::text, 'notice'::text, 'warning'::text])))
);
COMMENT ON COLUMN public.audit_events.actor_id IS 'Who acted; NULL where nobody was signed in.';
COMMENT ON COLUMN public.audit_events.subject_id IS 'Whose account it concerns. No foreign key: the log outlives accounts.';
COMMENT ON COLUMN public.audit_events.subject_hash IS 'HMAC of the address where no account is known for it.';
COMMENT ON COLUMN public.audit_events.detail IS 'What the event adds, by its type; never a secret.';
CREATE SEQUENCE public.audit_events_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_events_seq_seq OWNED BY public.audit_events.seq;
CREATE TABLE public.audit_seals (
    number bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    after_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    events bigint NOT NULL,
    row_hashes bytea,
    digest bytea NOT NULL,
    purged_through bigint,
    previous bytea NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_seals_check CHECK ((last_seq >= after_seq)),
    CONSTRAINT audit_seals_check1 CHECK ((purged_through < number)),
    CONSTRAINT audit_seals_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT audit_seals_events_check CHECK ((events >= 0)),
    CONSTRAINT audit_seals_mac_check CHECK ((octet_length(mac) = 32)),
    CONSTRAINT audit_seals_number_check CHECK ((number > 0)),
    CONSTRAINT audit_seals_previous_check CHECK ((octet_length(previous) = 32))
);
COMMENT ON COLUMN public.audit_seals.number IS '1 for the first, without gaps.';
COMMENT ON COLUMN public.audit_seals.after_seq IS 'The last seq of the seal before: this one covers what comes after it.';
COMMENT ON COLUMN public.audit_seals.last_seq IS 'The last seq that it covers.';
COMMENT ON COLUMN public.audit_seals.events IS 'How many events there are in that range. Numbers of undone transactions are missing.';
COMMENT ON COLUMN public.audit_seals.row_hashes IS 'For each event seq (8 bytes) and SHA-256 of its canonical bytes, in order; NULL once purged.';
COMMENT ON COLUMN public.audit_seals.digest IS 'SHA-256 of row_hashes.';
COMMENT ON COLUMN public.audit_seals.purged_through IS 'All events up to those of the seal of this number were purged with this one.';
COMMENT ON COLUMN public.audit_seals.previous IS 'SHA-256 of the seal before, its MAC included; zeros in the first.';
COMMENT ON COLUMN public.audit_seals.key_id IS 'The key of SEALING_KEYS that the MAC is made with.';
COMMENT ON COLUMN public.audit_seals.mac IS 'HMAC-SHA256 of all columns but row_hashes and mac.';
CREATE TABLE public.backup_codes (
    user_id uuid NOT NULL,
    mac bytea NOT NULL,
    key_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT backup_codes_mac_check CHECK ((octet_length(mac) = 32))
);
COMMENT ON COLUMN public.backup_codes.mac IS 'HMAC-SHA256 of the code under a key of the sealing ring.';
COMMENT ON COLUMN public.backup_codes.key_id IS 'Which key of the ring.';
CREATE TABLE public.invitations (
    id uuid NOT NULL,
    email text NOT NULL,
    email_canonical text NOT NULL,
    role text NOT NULL,
    invited_by uuid,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT invitations_check CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL))),
    CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text]))),
    CONSTRAINT invitations_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
COMMENT ON COLUMN public.invitations.invited_by IS 'The admin who sent it last; it holds only while they are one. NULL once erased.';
COMMENT ON COLUMN public.invitations.token_hash IS 'SHA-256 of the secret in the link that was sent last.';
COMMENT ON COLUMN public.invitations.sent_at IS 'When the link was sent last.';
COMMENT ON COLUMN public.invitations.accepted_at IS 'When an account was made of it.';
COMMENT ON COLUMN public.invitations.revoked_at IS 'When it was taken back, or found its address taken.';
CREATE TABLE public.mail_caps (
    key uuid NOT NULL,
    full_at timestamp with time zone NOT NULL,
    held boolean NOT NULL
);
COMMENT ON COLUMN public.mail_caps.key IS 'The first 128 bits of an HMAC of the rule, the kind of mail, and the recipient or the mailbox: no address stands here.';
COMMENT ON COLUMN public.mail_caps.full_at IS 'Of a cap: when it lets its whole burst through again. Of security mails: the earliest time of the next one of the kind.';
COMMENT ON COLUMN public.mail_caps.held IS 'Whether a security mail waits for full_at, or was sent then.';
CREATE TABLE public.mails (
    id uuid NOT NULL,
    user_id uuid,
    kind text NOT NULL,
    decoy boolean DEFAULT false NOT NULL,
    sealed bytea,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    dropped_at timestamp with time zone,
    last_error text,
    capped boolean DEFAULT false NOT NULL,
    merge_key uuid,
    merged integer DEFAULT 1 NOT NULL,
    CONSTRAINT mails_check CHECK (((sent_at IS NULL) OR (dropped_at IS NULL))),
    CONSTRAINT mails_merged_check CHECK ((merged > 0)),
    CONSTRAINT mails_sealed_until_done CHECK (
CASE
    WHEN (sent_at IS NOT NULL) THEN (sealed IS NULL)
    WHEN (dropped_at IS NULL) THEN (sealed IS NOT NULL)
    ELSE true
END)
);
COMMENT ON COLUMN public.mails.decoy IS 'Written so that a request for an unknown address does the same work; never sent.';
COMMENT ON COLUMN public.mails.sealed IS 'Recipient, subject and both bodies, sealed; NULL once sent or dropped for good. A mail that was given up keeps it.';
COMMENT ON COLUMN public.mails.next_attempt_at IS 'Not before this; a worker that takes the row moves it ahead as its lease.';
COMMENT ON COLUMN public.mails.expires_at IS 'When the link in the mail expires; past that it is dropped.';
COMMENT ON COLUMN public.mails.dropped_at IS 'When it was given up: refused for good, expired, a decoy, or out of attempts.';
COMMENT ON COLUMN public.mails.capped IS 'Never sent, since a cap on mail to its recipient was reached.';
COMMENT ON COLUMN public.mails.merge_key IS 'Of a security mail that waits for the hour after the last one of its kind: the key in mail_caps under which the next event replaces it.';
COMMENT ON COLUMN public.mails.merged IS 'How many events the mail tells of; its text has the latest.';
CREATE TABLE public.revoked_tokens (
    token_id text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
COMMENT ON COLUMN public.revoked_tokens.token_id IS 'The jti of the token; of a token without one, a digest of the token.';
COMMENT ON COLUMN public.revoked_tokens.expires_at IS 'When the token expires by itself, and the row may go.';
CREATE TABLE public.sealer_lock (
);
COMMENT ON TABLE public.sealer_lock IS 'Held by the transaction that appends to the chain of the audit log.';
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    token_hash bytea NOT NULL,
    previous_token_hash bytea,
    jti text NOT NULL,
    issued_at timestamp(3) with time zone NOT NULL,
    expires_at timestamp(3) with time zone NOT NULL,
    rotated_at timestamp with time zone,
    absolute_expires_at timestamp(3) with time zone NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    last_seen_at timestamp(3) with time zone NOT NULL,
    remembered boolean NOT NULL,
    ip inet,
    user_agent text,
    authenticated_at timestamp(3) with time zone NOT NULL,
    authentication_methods text[] NOT NULL,
    proven_at timestamp(3) with time zone NOT NULL,
    proof_methods text[] NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    reissued_generation bigint DEFAULT 0 NOT NULL,
    rotated_ip inet,
    rotated_user_agent text,
    CONSTRAINT sessions_check CHECK (((revoked_at IS NULL) = (revoked_reason IS NULL))),
    CONSTRAINT sessions_generation_check CHECK ((generation >= 0)),
    CONSTRAINT sessions_previous_token_hash_check CHECK ((octet_length(previous_token_hash) = 32)),
    CONSTRAINT sessions_reissued_generation_check CHECK (((reissued_generation >= 0) AND (reissued_generation <= generation))),
    CONSTRAINT sessions_token_hash_check CHECK ((octet_length(token_hash) = 32))
)
WITH (fillfactor='70');
COMMENT ON COLUMN public.sessions.generation IS 'Rotations so far; the refresh token carries it as gen.';
COMMENT ON COLUMN public.sessions.token_hash IS 'SHA-256 of the current refresh token.';
COMMENT ON COLUMN public.sessions.previous_token_hash IS 'SHA-256 of its direct predecessor, honoured for a short grace.';
COMMENT ON COLUMN public.sessions.jti IS 'jti of the current refresh token, from which it can be encoded again.';
COMMENT ON COLUMN public.sessions.rotated_at IS 'Time of the last rotation by the clock of the database; the grace counts from here.';
COMMENT ON COLUMN public.sessions.absolute_expires_at IS 'No rotation carries the session past this.';
COMMENT ON COLUMN public.sessions.authentication_methods IS 'How the user signed in, in the words of RFC 8176 (pwd, otp, mca).';
COMMENT ON COLUMN public.sessions.proven_at IS 'When the user last proved who they are; a refresh never moves it.';
COMMENT ON COLUMN public.sessions.reissued_generation IS 'The generation that the last reissue gave; refresh tokens of earlier ones are superseded.';
COMMENT ON COLUMN public.sessions.rotated_ip IS 'The address of the request that got the current token; NULL where none was rotated yet.';
COMMENT ON COLUMN public.sessions.rotated_user_agent IS 'The user agent of that request; empty where it sent none. The token of before is repeated to no other.';
CREATE TABLE public.totp_authenticators (
    user_id uuid NOT NULL,
    secret bytea NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    refused_steps bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT totp_authenticators_refused_steps_check CHECK ((cardinality(refused_steps) <= 32))
);
COMMENT ON COLUMN public.totp_authenticators.secret IS 'The shared secret, sealed; bound to this table, row and column.';
COMMENT ON COLUMN public.totp_authenticators.last_step IS 'The last time step whose code was accepted; only later ones will be.';
COMMENT ON COLUMN public.totp_authenticators.refused_steps IS 'Steps whose code was shown outside the window; never accepted.';
CREATE TABLE public.trusted_devices (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    rev bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    ip inet,
    user_agent text,
    CONSTRAINT trusted_devices_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);
COMMENT ON COLUMN public.trusted_devices.secret_hash IS 'SHA-256 of the secret in the device cookie that the browser was given for this user.';
COMMENT ON COLUMN public.trusted_devices.rev IS 'The revocation_id at the time: trust dies when that rises, like every token.';
COMMENT ON COLUMN public.trusted_devices.ip IS 'Where the browser was when it was last used.';
CREATE TABLE public.user_import_parts (
    id uuid NOT NULL,
    import_id uuid NOT NULL,
    number integer NOT NULL,
    sealed bytea NOT NULL
);
COMMENT ON COLUMN public.user_import_parts.sealed IS '64 KiB of the file, the last piece less, sealed.';
CREATE TABLE public.user_imports (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    file_name text NOT NULL,
    state text NOT NULL,
    row_count bigint NOT NULL,
    rows_done bigint DEFAULT 0 NOT NULL,
    accounts_new bigint NOT NULL,
    accounts_known bigint NOT NULL,
    rows_bad bigint NOT NULL,
    run integer DEFAULT 0 NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    confirmed_by uuid,
    confirmed_session uuid,
    confirmed_ip inet,
    confirmed_user_agent text,
    finished_at timestamp with time zone,
    undone_at timestamp with time zone,
    failure text,
    arriving boolean DEFAULT false NOT NULL,
    CONSTRAINT user_imports_arriving CHECK (((NOT arriving) OR ((state = 'uploaded'::text) AND (rows_bad > 0)))),
    CONSTRAINT user_imports_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['uploaded'::text, 'running'::text])))),
    CONSTRAINT user_imports_check1 CHECK (((undone_at IS NULL) = (state <> 'undone'::text))),
    CONSTRAINT user_imports_check2 CHECK (((state <> 'running'::text) OR ((confirmed_by IS NOT NULL) AND (confirmed_ip IS NOT NULL)))),
    CONSTRAINT user_imports_file_name_check CHECK (((char_length(file_name) >= 1) AND (char_length(file_name) <= 100))),
    CONSTRAINT user_imports_state_check CHECK ((state = ANY (ARRAY['uploaded'::text, 'running'::text, 'done'::text, 'failed'::text, 'undone'::text])))
);
COMMENT ON COLUMN public.user_imports.created_by IS 'The admin who brought the file; NULL for the command line. No foreign key: the list outlives accounts.';
COMMENT ON COLUMN public.user_imports.accounts_new IS 'What the rows came to: at the upload, and once it is done for good.';
COMMENT ON COLUMN public.user_imports.run IS 'Raised by the node that takes it; what an earlier run does is undone.';
COMMENT ON COLUMN public.user_imports.seen_at IS 'When the node that works on it was last heard of, or it was uploaded.';
COMMENT ON COLUMN public.user_imports.confirmed_ip IS 'From where it was confirmed, for the audit log.';
COMMENT ON COLUMN public.user_imports.failure IS 'Why it failed, in words for the page.';
COMMENT ON COLUMN public.user_imports.arriving IS 'Whether the rest of the file is still to come; nothing but the upload itself reads such a file.';
CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    email_canonical text NOT NULL COLLATE pg_catalog."C",
    display_name text,
    password_hash text NOT NULL,
    role text DEFAULT 'user'::text NOT NULL,
    email_verified_at timestamp with time zone,
    revocation_id bigint DEFAULT 0 NOT NULL,
    password_changed_at timestamp(3) with time zone,
    password_must_change boolean DEFAULT false NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    password_breach_checked_at timestamp with time zone,
    deleted_at timestamp with time zone,
    import_id uuid,
    two_factor boolean DEFAULT false NOT NULL,
    kind smallint GENERATED ALWAYS AS ((((
CASE
    WHEN (disabled_at IS NULL) THEN 0
    WHEN (deleted_at IS NULL) THEN 1
    ELSE 2
END +
CASE
    WHEN (role = 'admin'::text) THEN 4
    ELSE 0
END) +
CASE
    WHEN (email_verified_at IS NOT NULL) THEN 8
    ELSE 0
END) +
CASE
    WHEN two_factor THEN 16
    ELSE 0
END)) STORED NOT NULL,
    verified_by_file boolean DEFAULT false NOT NULL,
    browsers_known_from timestamp(3) with time zone,
    unverified_since timestamp with time zone,
    CONSTRAINT users_deleted_are_disabled CHECK (((deleted_at IS NULL) OR (disabled_at IS NOT NULL))),
    CONSTRAINT users_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 100))),
    CONSTRAINT users_email_canonical_check CHECK ((email_canonical = lower(email_canonical))),
    CONSTRAINT users_email_check CHECK (((octet_length(email) >= 3) AND (octet_length(email) <= 254))),
    CONSTRAINT users_revocation_id_check CHECK ((revocation_id >= 0)),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text])))
);
COMMENT ON COLUMN public.users.email IS 'The address as it was given, with the domain in ASCII; mail goes to this form.';
COMMENT ON COLUMN public.users.email_canonical IS 'The address in lower case; two addresses are one account when these are equal.';
COMMENT ON COLUMN public.users.password_hash IS 'PHC string.';
COMMENT ON COLUMN public.users.revocation_id IS 'Carried by every token as rev; raising it ends them all.';
COMMENT ON COLUMN public.users.password_changed_at IS 'NULL until the first change; tokens issued at or before it are dead.';
COMMENT ON COLUMN public.users.disabled_at IS 'No sign-in from here on; no token of before works.';
COMMENT ON COLUMN public.users.password_breach_checked_at IS 'When the current password was looked up among breached ones; NULL: not yet, to be made up for at the next sign-in.';
COMMENT ON COLUMN public.users.deleted_at IS 'Deleted, and erased after a grace; the address stays taken until then.';
COMMENT ON COLUMN public.users.import_id IS 'The file that brought the account.';
COMMENT ON COLUMN public.users.two_factor IS 'Whether an authenticator is confirmed; kept by a trigger of totp_authenticators. Where the tables say otherwise, nobody signs in.';
COMMENT ON COLUMN public.users.kind IS 'What the list of users filters by: 1 disabled or 2 deleted, 4 admin, 8 verified, 16 second factor.';
COMMENT ON COLUMN public.users.verified_by_file IS 'Whether email_verified_at is the word of an imported file, and the mailbox was not proven here.';
COMMENT ON COLUMN public.users.browsers_known_from IS 'Entries of device cookies from before are forgotten; of an imported account, the time of the import.';
COMMENT ON COLUMN public.users.unverified_since IS 'Where it is later than created_at: since when the days of UNVERIFIED_DAYS count.';
ALTER TABLE ONLY public.audit_events ALTER COLUMN seq SET DEFAULT 
CASE
    WHEN (pg_current_xact_id() IS NOT NULL) THEN nextval('public.audit_events_seq_seq'::regclass)
    ELSE NULL::bigint
END;
INSERT INTO public.__diesel_schema_migrations VALUES
	('20261122000001', '2026-11-26 17:09:52.109427'),
	('20261122000002', '2026-11-26 17:09:52.112903'),
	('20261122000003', '2026-11-26 17:09:52.116574'),
	('20261122000004', '2026-11-26 17:09:52.125376'),
	('20261122000005', '2026-11-26 17:09:52.128277'),
	('20261122000006', '2026-11-26 17:09:52.130463'),
	('20261122000007', '2026-11-26 17:09:52.131472'),
	('20261122000008', '2026-11-26 17:09:52.132866'),
	('20261122000009', '2026-11-26 17:09:52.135242'),
	('20261122000010', '2026-11-26 17:09:52.135999'),
	('20261122000011', '2026-11-26 17:09:52.137857'),
	('20261122000012', '2026-11-26 17:09:52.14028'),
	('20261122000013', '2026-11-26 17:09:52.150176'),
	('20261122000014', '2026-11-26 17:09:52.154669'),
	('20261122000015', '2026-11-26 17:09:52.160885'),
	('20261122000016', '2026-11-26 17:09:52.172603'),
	('20261126000002', '2026-11-26 17:09:52.197461'),
	('20261126000008', '2026-11-26 17:09:52.199416'),
	('20261126000010', '2026-11-26 17:09:52.203074'),
	('20261126000013', '2026-11-26 17:09:52.206168'),
	('20261126000015', '2026-11-26 17:09:52.20761'),
	('20261126000016', '2026-11-26 17:09:52.21021'),
	('20261126000017', '2026-11-26 17:09:52.211744'),
	('20261126000020', '2026-11-26 17:09:52.213182');
INSERT INTO public.account_throttles VALUES
	('\xd8b68b1c43b9427a0df0a923852598882f473d8addf8f445901b5b5c03bbd995', 100, '2026-03-03 14:09:00+00', '2026-03-03 14:09:00+00'),
	('\xcb4ecd48fcff8f8987b8ec77d973c91cb04a19e60207c1e2ea65e3faa6838821', 0, '2026-03-03 14:09:00+00', '2026-03-04 14:09:00+00'),
	('\xa74d37b0375f171f0ca5df7a0da2da9ac878c5b1b89a16d233f6cf05b234c801', 9, '2026-03-03 14:11:00+00', '2026-03-03 14:11:00+00'),
	('\xa0fe83624b09d0442b48128232adaffc6c01cfa9bf791e1ec5ee42b62bedcd61', 1, '2026-03-03 14:11:00+00', '2026-03-03 14:11:00+00');
INSERT INTO public.audit_events VALUES
	(1, '2026-03-03 14:09:00+00', 'signed_in', 'info', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', NULL, 'a6d07dbc-8264-43e8-869d-adebb2684215', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"methods": ["pwd"]}'),
	(2, '2026-03-03 14:09:00+00', 'signed_out', 'info', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', NULL, 'a6d07dbc-8264-43e8-869d-adebb2684215', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(3, '2026-03-03 14:09:00+00', 'sign_in_failed', 'warning', NULL, 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(4, '2026-03-03 14:09:00+00', 'sign_in_blocked', 'warning', NULL, 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', NULL, NULL, '127.0.0.1', NULL, '{"guess": "password"}'),
	(5, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(6, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(7, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(8, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(9, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(10, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(11, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(12, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(13, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, '4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(14, '2026-03-03 14:11:00+00', 'sign_in_failed', 'warning', NULL, NULL, '\xe946a783e5243f67055d957d712af082ffa38d3b575e2f073949519362ce7e08', NULL, '127.0.0.1', NULL, '{}'),
	(15, '2026-03-03 14:13:00+00', 'second_factor_required', 'info', NULL, '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, NULL, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(16, '2026-03-03 14:13:00+00', 'signed_in', 'info', '893c6fbe-b8dd-4202-8b79-09902ce88942', '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, 'd7bd3351-d389-47c0-8578-60e7fd526244', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"methods": ["pwd", "otp", "mfa"]}'),
	(17, '2026-03-03 14:13:00+00', 'device_trusted', 'notice', '893c6fbe-b8dd-4202-8b79-09902ce88942', '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, 'd7bd3351-d389-47c0-8578-60e7fd526244', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"device": "bc60efc2-44d4-467c-86cd-f1312baeecbe"}'),
	(18, '2026-03-03 14:13:00+00', 'signed_out', 'info', '893c6fbe-b8dd-4202-8b79-09902ce88942', '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, 'd7bd3351-d389-47c0-8578-60e7fd526244', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(19, '2026-03-03 14:13:00+00', 'signed_in', 'info', '4871ecbd-7a2a-4e1f-ab1f-d4958b4bbca4', '4871ecbd-7a2a-4e1f-ab1f-d4958b4bbca4', NULL, '2fe4428e-6104-4468-8fe2-79e6430f788e', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(20, '2026-03-03 14:15:00+00', 'registered', 'info', '87811613-182d-4f7c-bae1-e80094175fd8', '87811613-182d-4f7c-bae1-e80094175fd8', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(21, '2026-03-03 14:15:00+00', 'signed_in', 'info', '87811613-182d-4f7c-bae1-e80094175fd8', '87811613-182d-4f7c-bae1-e80094175fd8', NULL, '79b94973-679a-4d8d-9a55-b249a5c37819', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(22, '2026-03-03 14:19:00+00', 'password_reset_requested', 'info', NULL, 'd0692d71-c75d-458a-9d30-ed895c68988b', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(23, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"methods": ["pwd"]}'),
	(24, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '0770d4ad-a84b-402f-a10f-ee3498d3db65', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(25, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'd3dd1e40-8b29-46ea-bee3-fe43c0299e57', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(26, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '2dfdae17-4120-41cb-93a8-df8dcd22661a', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(27, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '3aff921e-bed7-40af-8e03-9cc4a439ac5d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(28, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '4c91b7bb-5bdc-44dc-9374-ee298bdbef6a', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(29, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'dabe9d32-7636-4b67-91b0-59d9d85cf3e7', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(30, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'f717cc2a-d9d1-4f82-a0b3-9055072fa3e8', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(31, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'dfd1ae91-8a0a-4c8e-b5d8-e1bf7741538d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(32, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'da5c13b9-3320-4499-aa8b-6060cd10b0c9', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(33, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'ec8f84ea-6b2f-4dcc-a4ee-d8548de717f3', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(34, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '0695d00f-21d2-49e5-b6da-bc1ce0be4cba', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(35, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '56e16be2-74fc-4dfd-8c76-73d376e01322', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(36, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '736f3b7d-6e1c-45f2-9227-e2809216bb74', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(37, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '3ee64a9f-756b-400b-b854-bdddd70a3ed7', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(38, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '58263f21-f918-4b1f-9483-eca3d07b6720', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(39, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '8149ce15-d849-4c1a-b3a2-a00519da8341', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(40, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '211e4dd8-e440-489f-bfe6-70eb7b12fbea', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(41, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '305ac37a-b6a2-489e-8fd8-81e36193b589', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(42, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'f3abb565-7704-436c-a543-516571f94d34', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(43, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '15020c44-bb98-496d-b80f-1f23f197e5a4', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(44, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'd103664c-19be-41e5-b620-bb27f1079160', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(45, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'e16d87b5-b7d1-4071-b8ea-f59523e56d4d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(46, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '35b4107f-d40f-45c2-ac8a-c53587a4a3a3', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(47, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '116f7c99-858f-4a99-af63-424f3c84f309', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(48, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'b999c91c-68dd-4388-878b-592eb8489a54', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(49, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'd5556f19-2865-4d64-9964-0605e4f04d23', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(50, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '962a34a1-ca5e-4ee4-81a8-6cb809784d89', '127.0.0.1', NULL, '{"methods": ["pwd"]}');
INSERT INTO public.audit_events VALUES
	(51, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'c221554a-a377-444f-bd97-877f073d3aef', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(52, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '7e5110b2-a255-4ee8-a9d6-f716c5bb7875', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(53, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '92ec002f-f4c8-4827-9b1a-424098449d8f', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(54, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '41de30ba-3f65-4296-943c-92f45f4e4504', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(55, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '3747f3c4-ecc1-4d2c-ac7c-9677db183b90', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(57, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'cd6bae95-1857-4bb2-bf76-71af97ee5268', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(59, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '57e1ab8b-51d4-4368-a72f-87a119003f8d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(62, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '459d9b9a-34d6-4f9c-ac5c-20eee4381d92', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(64, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'a75b8215-a3c7-486b-bd68-bd663f2fd840', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(66, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'f5d4d622-32d0-4993-a1ef-9d29e716208d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(68, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'f3d63bde-41e7-4dfb-8a65-981e6e00e850', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(70, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'b04432c1-106d-4d82-a6bb-aa12737b2f2c', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(72, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'd76f292d-bcc3-40de-8765-94125ecdcf89', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(74, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'af9610a8-2124-4bdc-b6be-5f883811b2e2', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(76, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'd1f40f51-d9cd-460d-9183-86b1d5e9bb34', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(78, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '35ec81a2-17ec-4399-85ea-3fea9fe19564', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(81, '2026-03-03 14:21:00+00', 'user_invited', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '\x268b98126b05e7fbef2c8b37808550bb0bef861074b6cd4ec3ccaa9216b96dc1', '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{"role": "user", "invitation": "e0d5d4cb-415e-4488-8628-2a827ed63c7d"}'),
	(84, '2026-03-03 14:25:00+00', 'user_password_change_required', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'cc21337a-36f2-4efd-8c5c-57d0cb20e332', NULL, '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{}'),
	(147, '2026-03-03 14:29:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, 'a7c73f7e-727b-4357-8817-46c6791144ce', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(151, '2026-03-03 14:29:00+00', 'password_changed', 'notice', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '101bfb3c-f8fd-45ce-abc8-ec1978c21958', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(158, '2026-03-03 14:33:00+00', 'password_reset_awaits_code', 'info', NULL, '2defb43c-eca5-49a7-a0ce-bb158e6037fb', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(56, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '5dcc836a-0ff5-441a-b302-9cba9f5cc7da', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(58, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'e65e2750-f4a3-48e6-be13-9ae1d8ace82b', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(60, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '56181264-5db1-407e-88e1-28bf19a7a15c', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(69, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '7b832164-4d92-41ef-a585-56dfaba440a2', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(71, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '0142332a-5986-4dba-83b4-b48fd1452e57', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(73, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'aa18c59d-5861-45cf-845e-deaf9b052044', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(75, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '963a779a-c259-4b74-baaa-c3a421cbb838', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(77, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'f55d5402-db83-4281-833f-f88de859748e', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(79, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(82, '2026-03-03 14:21:00+00', 'user_disabled', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a89b05f6-361f-476b-ad23-b6103e0769d5', NULL, '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{"reason": "a test"}'),
	(83, '2026-03-03 14:23:00+00', 'user_deleted', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '430c1ee2-f811-44cd-baf7-df6ceb7c9bcf', NULL, '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{"reason": "a test"}'),
	(154, '2026-03-03 14:33:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '0ccaf1ba-7ded-49ef-999e-d5c889e62e29', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(61, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '4bea640b-e826-4d22-8895-d6b682608504', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(63, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, 'e0b12cac-66b0-42a9-a306-5a7b6b0994b7', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(65, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '1d59aafc-3153-4f50-ae20-ca016a96007d', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(67, '2026-03-03 14:21:00+00', 'signed_in', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '32bea42d-a1c8-4441-a45a-a7a45d5cfe59', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(148, '2026-03-03 14:29:00+00', 'signed_out', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, 'a7c73f7e-727b-4357-8817-46c6791144ce', '127.0.0.1', NULL, '{}'),
	(153, '2026-03-03 14:33:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '63630dfd-a699-431e-82e5-673b9a2d26b5', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(156, '2026-03-03 14:33:00+00', 'second_factor_required', 'info', NULL, '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, NULL, '127.0.0.1', NULL, '{}'),
	(80, '2026-03-03 14:21:00+00', 'user_invited', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, '\x616ffda8ba02cceefdf955239ddf6f5f79edb324a8cf8774a99d17df24918ed3', '5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '127.0.0.1', NULL, '{"role": "user", "invitation": "dd68eb44-8158-4c6a-bb8b-4c809d6d273a"}'),
	(85, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '00d1dfcb-2ac1-49ce-bf03-b865664c80ca', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(86, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'b30aebe0-1ffc-49db-9c34-7633d3b119a4', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(87, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'ee845619-e8bd-49af-8246-567a1459f6f5', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(88, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '4312bfde-9b64-4381-b339-bbe1925a0ca7', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(89, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '63af5a93-0b75-4313-952e-6d10646653ba', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(90, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '03038576-9a5b-42e1-95d0-8edff8733465', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(91, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '4422c861-89b1-494a-b380-7177562d7d55', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(92, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '6754c481-b31e-41bc-8ac2-e9cb5e38284e', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(93, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'd15ff7b2-01dd-4a5a-ad33-ec02e77679ec', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}');
INSERT INTO public.audit_events VALUES
	(94, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '0a945af2-bf48-4987-bcc0-2af091c9988b', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(95, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b8169dd-a974-4b1f-9e6d-297d274fe775', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(96, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '0c76a38f-4f47-49a0-85ff-46cfe96bfbb0', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(97, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '6d88e7e0-5dff-48f5-813d-6e5a840928df', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(98, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'e25b75f8-2597-4c13-aca3-e2071c159312', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(99, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'e2b61af4-b03f-44f2-8f6c-b457df4d0e73', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(100, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'cdd095a0-6a28-45e9-82c3-3ed0031bef84', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(101, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'bbd711d8-0891-4075-9449-0b7a52ce4e20', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(102, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '21c632c3-b11a-4106-9b7d-7d1e85e9d0b8', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(103, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '26e2c297-333b-41b4-bffe-0cf2c6d8960b', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(104, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7c1a8a71-4574-4958-98cd-a59767a12b6f', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(105, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '62adc5ce-f375-4587-aaa4-79fdf3cfb56d', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(106, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '2cdf18d2-f0c8-4bcb-9180-aab9de6a542f', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(107, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'ea5ef2b5-611d-4d8d-bab8-6eb65ac994e9', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(108, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '5c890a14-d520-4cb3-87ba-295011c3eeb7', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(109, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '0bd15cea-b3ac-40ae-a44b-d77dea1ee9ae', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(110, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a009e2d4-e269-4d11-9b15-4b4bd26ca915', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(111, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '4171bad7-2146-445a-993a-b29288bc6733', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(112, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '22a824b2-d970-4273-a6a2-e002fc59b60f', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(113, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '7b43bbbd-445e-4ca8-91b7-b992f98896e8', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(114, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '9f177e46-579f-44e2-b040-31effca3b071', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(115, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '39aaac7e-846f-4e1d-b00f-f9113c2166da', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(116, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a526849a-80ea-41a6-ad11-cf60e64b062c', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(117, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '00c16f3c-04f0-4429-b154-e36dc3ede410', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(118, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a23f3b01-a0c9-4f6f-bc0c-10998fd9471d', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(119, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '3d85c292-de5b-4961-8743-4cbbf251e883', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(120, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a0bbca0f-bf33-49f8-82d0-0087cab88afe', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(121, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '530b44b1-8434-4bc8-bfa0-8ada65e10f30', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(122, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '747673bc-aba5-44c9-9bfd-5723aa52b513', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(123, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'c37f5cd9-22ed-4ab2-87de-d8f653f312b7', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(124, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'b26e774e-744f-4c4e-90c0-716e106b4edf', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(125, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '2693f7aa-4b79-4980-b9ab-e460254a721c', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(126, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '134d538a-f1d2-4b20-83d0-144454fe728e', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(127, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'b49c72f3-5033-40c4-a82c-84bdd6ce048f', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(128, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'c6073c1f-676a-4026-a6eb-810e9a55e89e', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(129, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'bd6e61c6-1f03-47c8-ac1c-216028a3d27c', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(130, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '29ce862a-7a31-40b1-bf0c-0fd89c31c37d', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(131, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '5e985c12-0e99-4a29-9e68-342f79af5457', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(132, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'a9c027bd-39b0-4089-9965-0eb8b86bbe67', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(133, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '67a1ec55-908b-43e5-b76e-3e5af485cabc', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(134, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'f49e0c9e-76a1-4c7a-a65b-2cfc7dc5efff', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(135, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '3a28af1a-a22d-405f-a87d-10dfc6974ae5', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(136, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'e9355989-d6fb-47af-b826-4361c4a997d5', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(137, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '01db1e7a-18ab-4d53-9317-b267347b8638', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(138, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '4030dc53-fab9-49b2-af3d-a9d0d3d3a6ce', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(139, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'ad8f7ece-4835-4126-a832-2a1ce3cdddfe', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(140, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'bfd30c8d-793f-4bd0-92f4-95bd9a54ded1', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(141, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'e120ea63-c6ad-4eb5-ae73-e84402bf0138', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(142, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '55018682-5c4e-49f4-85d8-750bb791230f', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(143, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '88a2e1a7-e95a-4ca7-8920-123a101e0205', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}');
INSERT INTO public.audit_events VALUES
	(144, '2026-03-03 14:27:00+00', 'imported', 'info', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '2ccf69a6-4181-4f94-8c37-f562bac0025d', NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(145, '2026-03-03 14:27:00+00', 'users_imported', 'notice', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', NULL, NULL, 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"new": 60, "known": 0, "import": "0fe0e8da-5384-4887-9951-1e592fc86552"}'),
	(146, '2026-03-03 14:29:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '97e58ba3-f8fa-4806-825c-c045a1ead844', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(149, '2026-03-03 14:29:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, 'fe56bad7-3576-4b32-bb60-4105e3fb233f', '127.0.0.1', NULL, '{"methods": ["pwd"]}'),
	(150, '2026-03-03 14:29:00+00', 'signed_in', 'info', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '101bfb3c-f8fd-45ce-abc8-ec1978c21958', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{"methods": ["pwd"]}'),
	(152, '2026-03-03 14:31:00+00', 'password_changed', 'notice', '78c075e0-b4e2-4a9d-aca0-89617295d08b', '78c075e0-b4e2-4a9d-aca0-89617295d08b', NULL, '101bfb3c-f8fd-45ce-abc8-ec1978c21958', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(155, '2026-03-03 14:33:00+00', 'second_factor_required', 'info', NULL, '893c6fbe-b8dd-4202-8b79-09902ce88942', NULL, NULL, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '{}'),
	(157, '2026-03-03 14:33:00+00', 'password_reset_requested', 'info', NULL, '2defb43c-eca5-49a7-a0ce-bb158e6037fb', NULL, NULL, '127.0.0.1', NULL, '{}');
INSERT INTO public.audit_seals VALUES
	(1, '2026-03-03 14:11:00+00', 0, 8, 8, '\x00000000000000012d926c177ea63dffaf955e9b5f5ae3db0246a22d4ecc2be61bbabd983cea11600000000000000002cda7a69cea6837bb69b854d2def1962eedf059b732957650a034f3a1b9a39df100000000000000035e4ea7b0b8103ce154dc4bcb7f115d665ad1bdec173bda891047cd763443a7cb00000000000000044c5d5a2df83fa947e825a105682ebaf73182c2128ec4653035750600604a906600000000000000054bae00d8db82078e26d71c15f4e516dbd1f1526a9ef521318737785ce80c091600000000000000060cfc4eddf774cd728d9f8250312d7bed2a1815d50a2f4cf82a05c699f6a266130000000000000007014feb0031718ec07e9e2ab5d4d06ebccfa8040cb8fec4559df07d66fa162bb0000000000000000827cae7463ed5df08b8a840364e0f56c5c26252b869a29d7f14991958c05c12ea', '\x31b4c4b5db14bca81fcd30207a67ae8c43f8f435a707c7c3b94fed5bd42f5b82', NULL, '\x0000000000000000000000000000000000000000000000000000000000000000', 'k1', '\xaa9ea9ce6d04eea9004b225c7630d6a70895bb45ad54726b9ceb9b851f5c8f58'),
	(2, '2026-03-03 14:21:00+00', 8, 22, 14, '\x0000000000000009d987de63d86483dcb86210b10b2a0c62d664d0f247cdb3b371b97e71dd03ba68000000000000000a17e86c923fdf54b7d1b76c6677016752f632b9630bac9cc682833b3ea9a83674000000000000000b4505b0e4b9c130466533f38f698133ff4494138dea3ed7d0788a1941742795f9000000000000000c1abdc9518eec884348ff0af744975b47775168e38873b3eaff1a7b29d8a405c1000000000000000db7e2a613ba2c10878044548abbc7cbf7468101aeb0d0e2d7bc439893ec995ec0000000000000000edb38cb958aac633eee65d462156bffe0457332bafbe00fbe1f7465ca8175777f000000000000000fa7f014c7a87dd718a9b3e4f40c6fec685b0a79569ae5603f8eb6eb8331e7006c00000000000000108e6cfdce28316ef96067637b0e239142ed466d0d7bdf15e3bdb7d95945d30a4b00000000000000114548f53c026b9c205ff1eb59a8f257983212baca1e6b90e80405db274eb4f0880000000000000012ae0d31b99b4d840e42548c25c6abefa788d50992556a1d286656d3bf8560c6710000000000000013f00ab3a0650ef2289517a05e91694e5936143041e936d3e2c21c7f4f4951586500000000000000144f8cac84345da316f6c99313436bc0fa9521ab8bb65333c7cf1d348812eda00e00000000000000159d055686167e586ab87f05dbb4a8d60319fc368d3578216ceb55d9925d77a11900000000000000167b337fa6374c5bd4136351250f7903aab712443766aee475e20e57d5cf2f893a', '\xd4873a3fdcfcf6bed28c2ea2893e0303a4e88b5cb2d2a06ff3f5a332bb39b4c4', NULL, '\x987727a25c4427703b281f7a6ccffcf8108d0cc30b89e050c54d6747fa16bb5c', 'k1', '\xc340833b90fc20dc5f8e0c16ac74040fd5ce602f8600a33cc4a3c4147d293f60'),
	(3, '2026-03-03 14:21:00+00', 22, 60, 38, '\x000000000000001700258be787c4cf4c39ebb6ea6de00f8dc505a67c3588aa0e87e74287455b6a300000000000000018d09d0ee65e246dc943d95e7142901cc6d901d12165a9063dbac5fbf31fe57181000000000000001949dc58520ba59e6e0bfa566442e48aa6fb8062657c91b87216e72e35f7dd164b000000000000001aaa511a8fd26f2797f23eb68d23d1f51eb1ba38ed68ab90dd5465afdc69d414d0000000000000001b39374f040ce2b5075251db43c522e95436b74674050067d19c36adaeb1798919000000000000001c289912859da994e859922528fbd376753a9a9554522ee849477606989add5a7c000000000000001d5b98872ca65c2d69eeb81d46972f14bff28acf4ca37f27fe32215fc0aebaa84d000000000000001e1808f12d17813683f4984aecf1f5993701ecc1aa9a8ae7b234ee136cea77017f000000000000001f139685549fc2d032144ce648d772f86074588ce46890cb127269ca80e0f7a6c5000000000000002000b0b356c229da41f208b21f85fc46495956f01915bd5c4bb40aaac59b419bb60000000000000021710065ce1120e0ea43bbf59e89dc5f932760076e3f225ff34804b1d5f04bb514000000000000002213ba37b3c7645cc791be5412f65f8cf4c61944d5b0e6033fd35e55d5ef889b9e00000000000000237e3359dc7fb0065b739baa430d43dca1cc37cb00c57c9568e2627db99c95bd0300000000000000246455f4cc10946fb4d3ec65e54e0af3c8cdd673403f2aaff185accf220b056ef0000000000000002525d10a76e64ea3c42000f78a98a23983b6027ba9744f992bd26a7188a8be14e200000000000000266b65e30083b48bb11d95838ce248b819394bded600ba751761364d0d25515a330000000000000027ad0ec323d6bdeb4fc0bc7e27fe50c5b2936bc505bd197c11675c4daf92a770300000000000000028a2e5bb76c143ff4034323db0c3779606b98a8742efa0df731434b6394d6f9ce600000000000000292f4a859f8be9a0655406b1820c84b4e82a3293a62960e7b7e5fec44c47d75879000000000000002a1dccd80fc2682e4f61222f9e72617cdc56bb4dad5e2884cdd6518fa01421e147000000000000002b3471454fb38d51b1cf1cecb329e0e59f3dcaef7e1c17476314faf8379c484597000000000000002cb394d74219797f55ade7b3e3c023de8294617c91890e321c6918fcdc9a8f992f000000000000002d43efdd247ee1cc01447694b78065c28619e12de9ecc2cdef7832465f1f39f774000000000000002e0bebb730cf1a92aed84e2b19a4534b22058bc3f7f36a020288d74d2a8be47b55000000000000002f25adc2ef6b43737d90e94acbb9c49c53943310f02196cb9597b1fbcc81908f4a0000000000000030ce9be0527b9910ddb9225fdad482f4cee94cd3b8001638717684271cc43cfdec000000000000003102fe2e7b7f4c025dbe25b6967340781eda4ac9f59518d22d35c6885e6c436dc300000000000000328b90b0f5f06145fd535e14b246064b19b6bc3be8bf7b73196bf48e61782d7720000000000000003384d495b9eeadb958f88a66bd90aaf056560f825ff257303eaf57b4773c256f1500000000000000342b3d91a8597e83c239f3d09ece086550ca99d7b90651ec6e5a92cfac2aff60a300000000000000350c3e27b4a433c9948c985d2e0a4e4c85712f3901c5927741743a7fcc7c832793000000000000003682e312fe8e611f9ca87d64fbd5441bf46e6f519facd13c6d4730cee1293e531c0000000000000037d856e3929aa9b8754e2250e84c7be310180ea606f2456ef9d52e86340737b1310000000000000038c8aa532635b543df9727a46078b49e0c0d2c475debe314b6c2d6f203c62eefab0000000000000039c4b87c4410ea018d35254987985eeacbfed658efb8186fbe76aa771769c099c7000000000000003ab20512f01f641a4cbffd06aabd5f16f2fea796ac776b88e3acc01006f814c2cb000000000000003bd55ad9f542b9b6ff38ba5d84d61a3b03817a547a7b270df50fc41f0a38145aa3000000000000003c530aa1e3835561c8efbb1360b1ab543cc8b6cf68ec8a63ac554a2f5e59eaf10f', '\x9defc79e00f663b9d262dc6c2ce625d8ca90131bbf866a1902098fd3d28d2632', NULL, '\x9c7af355c445d3ba0ff098d5176c5858d42be4938cf6d58fdc50dd1874ce4fa1', 'k1', '\xf5a98ed4835d6347b75cd9c277dd1c47c2396f5d01a382ad5997cd138dea717d'),
	(4, '2026-03-03 14:27:00+00', 60, 84, 24, '\x000000000000003dcae9d9537272dac5f2c17d6ff2403e233eae7e61fd17c05f61483fdb398da02b000000000000003e27a77f1a14bbadbd1bbfb04c9ea11db5fc67bc749c166f29c3e8ead8526570ad000000000000003fbdde9d2dc71a3c2c2a405574f25b72b9b0f184ea6f18d107597f8fa5ce1a4bab0000000000000040757e582dc19c267d0787fa4c37fea52c5d23516d4c7a8470d394358422737e1d0000000000000041266f27b512854f3fe5450a5426c353ee3811b99f167f406edace2c82677d6a3a000000000000004215564ccdcb2fa1596f29ed060cfd6b3a04b56c316afe3159b624449371661422000000000000004362d8dc59d60f8de7a4312019b8d4636a67349ea9a6b55c641703a0b22c99a75900000000000000445803d8670a8eb74aa2cdaf0f4308f6b93f92ed03b0f54f41a64f2154bf6504530000000000000045c9cee8f222d0630ffc46c2d491b7360aa6f06aeb85792f6c66ee510e386a577500000000000000465396fdb6f6a1c2bc5533cc89d9a7c00b04c07e914131b481f9b86316ff1dcc670000000000000047c460d204c9f6c4dc842a1aec215af54b45c2e16cadda7b46f0d9fe51393266c100000000000000483ad7a48ba6328bcb53cd017ed871be67f3fb78d0188cf3092149aa8036f22ca60000000000000049d5d2293db4c4cef08332ff9f8f03345dc22ef15548ca8449bce1262eb733c42c000000000000004ac67e869e2d1d49b08d71a08f5ae3034dae6edf83a3286126e50aab1b76d8add2000000000000004b45b90ede1eb7db5f3d69886fa7024b451ec693b2d80b88f6d964622f84b2dd5b000000000000004c9b447380054ebe4193446eb742e5979bbffb24ff4470e9cc56f8d90930686015000000000000004d668d20f49ae203e0f934d9746f26aaade861fe2a6381b7cd3c3b2fdc2b2d0ec1000000000000004eafe1745b0b940cfdfeb4d59d873fceaa8b69bb689f13c95acd7a9529659f4a98000000000000004ff540bc5a7bad9f4b2f010a1cc03dc9205cf0e74581c580e6f8ad1d1b6f5dcc9b0000000000000050483e29764511914b95cc44e1d409c2aced2dc92ed171858a4507391c6543d9fe0000000000000051dab43dade178f63555f852cd59b8d20df63374d436bd346aaedbdcf4e1775f890000000000000052ce07d2697817b214a83bb64097e3689decdcf5f0bb1eee3969382cd7747259e3000000000000005304de4048bfa877ed9fe1e2effee57128476c6eddb663c2c3e563a318d52d7ea70000000000000054e52b4941e9623a398d5c75df1d52ab34b457c02f1656dfdeff82dc0a0946b791', '\xb253ec27c47bb9c3459244dacc480dbd81e3861f1aae57fff6ad4683c6613364', NULL, '\xe72e742e170ef02c308d64c39e4c1a5d72d20acbbaf18c18b72ef93fd6f1a99a', 'k1', '\xb3636dcf24bc92eb827d779199647d3f3c3b01647cf2cdc463c7f5510a2389e2'),
	(5, '2026-03-03 14:27:00+00', 84, 145, 61, '\x0000000000000055ac33e5f2d6d0f8418c66f2926a305d2b7e4864883f4fd081cf0486a222e0eecc00000000000000563c30951285f2abdd4022759ebe37790f39409f8c86758d1a103c9d9785268bd300000000000000577bf9c34c5bfcafdc4c154e072ad80cf0c015a1aff983329594e705f6c7f1a71f0000000000000058098858866f332881a78e99eaf90896901bb12a0035d86adc1a355546fed8dfb10000000000000059edd7d64cfb204240e383bf14259e584ee8c8991395983e77d50d4eea360986c0000000000000005a794694fe95af737cb13658a5f15846d4650555fac92d46c8c79c0f1ea3c4a674000000000000005b2b7f9f08b14444f408a0761e97712f7ccab9220a875645c0b799ed87d4c88209000000000000005c4d94382cddee72f4ab9d5e64c26a21dc9a094a9f76dc10ebcdbf5ed18dab641e000000000000005ddc4c88660837435347ec7dc8a53d263a5b378c6d478ab310c0c3f6a27bc9206b000000000000005e5ba9b372bdfc056cf3ae108acb6f67548b6200b0386d5603709d9db21f2313b7000000000000005fac7f20797c2dc869bf2798ce59f4fd3838b7ac045a9ad7d9680431dedd01abe90000000000000060bef0fafe7f2d7e35079f3e0f2aaef323506cc4febcc492e1743e5fa4c8ff32a10000000000000061f6acc50148398f8c3b867feb8d177c48f4ec3658dec71e3c0ca303b86cdfedde0000000000000062b393277e0f2b203989100fe962057688370ac7fa83998d892a05bbd53fde326e000000000000006340533a0f003bc7e2ac85e2e9936c9436c9c319db95d84fff3cbb2b8368531ce3000000000000006433f901a3c1d68717db4cf39fd148b66563d623904fc27c87965febfa9c10800d0000000000000065260e588ed8452a63d3df71c6f75e3661cdd266b393d7a008dd709a70d11d36800000000000000066cc114adae7578b850537c5f50b96a454d220caff169d95f2cf1c92d8e4547b81000000000000006796d04d1e107e274c040fb16526d92101ff8f663466539b0a11cb5def006b51c9000000000000006801a587e62a4f08b99b0a360ccccd1a1dad3717ba207c224de46023c7940d726f0000000000000069aebb4fc81b2889ee31e48dcac52e5aca821032a823ec9c80c7bb195bbc3fcd25000000000000006a1f4f044cdea71630aa120afc4348b222fb33d4f80b6185bb0ff0b5c6c17c9e9c000000000000006bd5e216c33911754d942d3c254795c4471d8d252d49f693bd9609afb70af52cb8000000000000006ce95af3c2a20c74ac15c34ea30ee1c70783361fce1990b8f8c588a4a171f4d150000000000000006d34f4f5ea653e9d2b635d6c7df667e2a2b11d595aef54f136bf2effe249838636000000000000006edeb7ef99fa272eb02bc44ea09c4cae852e25b63c50ffd16ae877692f601ed18f000000000000006f02bbae397306fb234b6911e83aaa596442af4549fa2671cc19d8a7074d660a4300000000000000702724318aaba2156a8072daa24ca844feb63949955029a443a199e81f7042988100000000000000711414b37a08c3d98195084d128ddd9b945705fb51d84355f02defe393cf8896d0000000000000007286757df636c406a882ead8c408e41878583c74381ae8970e111cf508664f4f640000000000000073174c91103dd36f6457eba58e303e055f289a346d4be0217a99a63578699e76090000000000000074d0c7f38fbec1b01f5b86d824826dbcdd358b32518c271002b7d5da4a0a7f043300000000000000754e9799bfeef0fbaa5bc1c8104a45a373d5e4473eb0154ca4d2d6a25ec93bd2c10000000000000076efef373b94e36400ea9fd7179e389ae0a01fcce80fb78fb3d0f6318bc57aedd200000000000000770e1346866570c5eb661eda84c19fd72dd277e7d68fcfe62cbc416dc550ce7ad5000000000000007813a111ffcc21d4f0ef5090a10c8e3d784e5da0dbc646ea5e27b68d55678d442d0000000000000079fa8f77605c635f497caaec74da6b72698cd3f15b3b3bc7b2039b35c6fce02183000000000000007a764adec15d0627f6b6f22ccc102629884741a6c8332425c5579e320719b5efb5000000000000007b5dd8c09150b3ae3bc66c31971e85ec646884667131ad87e6c054e3bc8b9c1963000000000000007c9a24bd53c09d10e5e85664b2f02e40a1f97f95f5dfddd81ce8da7cfd62d73670000000000000007d3a02ae8e30f0a3204e3b67899074f45a1852ae1af9b472f0266d257c84d4b0d8000000000000007e096876b61b23726f0e416094cd8febab8472a42feaa4f7a0870ef02409709237000000000000007f770260a984076d6c4fa813533286afa157c77ca58a93533d8773439dab19e4d80000000000000080f054743f32ee9a34f73dd82fcd64d9d6b89636d0c84f7795b485409aa0503eae0000000000000081833c13f1e33b8bb8ef87f95ec2b882627acaabe9a1de62e15c8997e038652e2800000000000000828ab760b7599a4091b95a0db4966f58f9cb6224706665056b50cfce14c5ab80e6000000000000008336ac1c413ad32ce9a72b28f3044ef6b3bd9b9708549381f81e7233f416345e020000000000000084424ac31cdcb3944e8bcf1527d7ffa937b478ff66bcc1a07e94126d548d72f71b00000000000000855c38600ef35e9cd47cf293f38add384d97a5574c9e941cd3ac873c2c7545b95e0000000000000086aa635399ef82d50c7dc1943ca669bbcc8293c953a4ac475cca871dc0f68b022d000000000000008709e7f1404657f5af1d83830a37099ab66de30fc9b251835329f5bd00b6be4c9f00000000000000882919f1c8a312734bf3df119a4321d719d2e36dc0639612d9f258e8f3941c72e90000000000000089a3d9713c5092f56899fe383fd06a69e1a05db679fb40a782e83f63e0f8eaaa99000000000000008a2cf8a5191b6b1e31ea5e03de480246fba196f31c7c917c0b2e3fe3c25b879b15000000000000008b2275a588d53f8d9f2ddcee0bfda789839b216951c8589f2322762a5cc1200550000000000000008c92e769d32281255693bcb904a6d780f391a67e0e9a419d32248b560bc89ce1f9000000000000008d96b0c41326c1a006d4d2bf1dac674d3e426100a833c827e15800fee7e714b62a000000000000008eee303cbe588ec22e3de514bb466963eb99d0c1d6c34c93b1521520760060768b000000000000008f5522ad95407e63fd8be0d7169deb32f813a2792d009dd02be7572b98ccbb11100000000000000090ec699369d8d8ed4af37aa05706d257aebb6e7e71b0ad45af4dadca0b6c7c01bb000000000000009139f46423f0f25febd9066294c550d7b57f417a80984994e882177eafa507964c', '\x375cdbef8201db9676bd5f767b2753bb8e7c5e2eedd0d350d01516b2989c241f', NULL, '\x1e580035175e13987c1d044e44090d8bc660417d83cc01090463d9496032d274', 'k1', '\x4321cc204da12bc485dd1669233a76ef64fb2bd7cb5e7e083a90f30e5c579bb6'),
	(6, '2026-03-03 14:33:00+00', 145, 154, 9, '\x0000000000000092afc600e6f4675260f181a66ae0e9e0607a82d6b2e21df80bf40f4998a33ccfdb0000000000000093782d1caea0c3c9ef0cb8b5bf8990f7ea0f7f5824f1371befe6eeedf28f1e301200000000000000946d83e29641d3ab0daea2db383b5585bc8e6c92c35c74e877823eee850757ac7300000000000000953735aadc814e952753cd06b937d156e2e375158783a1588fb70f68da90a4d3a8000000000000009615425876a66be2c77f9201240b1976dced4d193f4cc3d5fd9dfa1c85a11e7bc60000000000000097df9b03d5d71f7be127551af0e8046d58f3fd7da8ff1ed3a3cf46fce9ffcdb1570000000000000098319110cb4cf117d82a1b401469e39ec9076f293afa9f6bbeef1ec2e95ea9df21000000000000009908ad63f1b4de1ca81a459c98896ce42800c4d14af62b2cf132720f6b73cb2a54000000000000009a5d6d81ba85ac0741923eb4c1defe75382d8d9eba5f8c4e8d8bf2bfe2f9ffa4a9', '\x1b2013a7544f04e28af5cb3773f18439327b3cdd5bf60d006bbee1350de29bdd', NULL, '\xdba9bb27b4aecd926e8b30b51e4c0ec72eaf603ba807eb52f06ac342d978ae8f', 'k1', '\xbce20826d33584ac0a783ccbc7dbd4d3c7a5b7fdb27a6c99fc61823ce09f305c'),
	(7, '2026-03-03 14:33:00+00', 154, 158, 4, '\x000000000000009bd8bc07f51d22a68a3cbdf987535c3405957dae5b380e8fad7f35d9206b48123f000000000000009c77178abe9315095085a62f1ef285d7fea0ffcbc756b24bb4fd6cfcfc3d90f859000000000000009d0951a00781c490b5fb931040c1d067826d3e21ee741d6bd606cfd45600e900e0000000000000009e94a775eaa15426dc8864361b46b6c1d389b0677db1572ef073f201d716883b45', '\x87071705115163c8bf658695fc2e37d9f017607ee0a30ec91762c9e73ad196e1', NULL, '\xdd12914f5e5d35075a69319eae08e3a1fe2a753bf85efed39b034cd296ed4c11', 'k1', '\xa1f0c33457848926133a816f4fafc9948bad321e92204285eb7f5cec82cb05ba');
INSERT INTO public.backup_codes VALUES
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x83aad76f9bef9b6898b4f02806ab78b110aa6ce2fb31c6f42e1b620a8ade5061', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x22e9b569bef02bcdf3b87a4ba622d2666ff239c43210e02b83337e94094a15cb', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x6c6adc719feae5446b6fc884ff5a0502cee634c1a85a0843414cdee7f2bd7b02', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x052d2a5f91614ffcc2de56d568897dc3b497bb2368202f37e35e8b087ba3c18f', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x5349434add930827d209cf0cd2b2ae4f6eb9756b9b6bacfbfe8e4637399dae08', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x69a8dfd8a71f52d466637356f5e680df95c9b7bf31b6fe62cfd12e4b949d4a8e', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x0fa3e5baed80f0642df7c97358f37da8cd8985a3f691dfb214d10b659f03a3be', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\xffb7e29c827ff7c60da704a3fdd6107036775949d2cddd91d4c6736f2badd6bc', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\xb44a04a78cefa0305aad8d3048103d878913affaed964c7b1e73d4a26f73b645', 'k1', '2026-03-03 14:05:00+00', NULL),
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\xf148ca2da27edcc9a17e1adab836003ffc5262edad37cedbb72bbf56af3e244e', 'k1', '2026-03-03 14:05:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xfca4d560c12bcc59bff2c317a52ef3d730f2b038cbc6c974fbc5b2780c22b74c', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\x24ef0fc9f628d4026837b66bdfbadccc9cdcd825cbbb9f01bf64185ecbf6cad6', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xea8dc35cb0ceaea8c16ecae58542af036e885be61447ffbdc0c65342c525b452', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\x3bd3d9021818563343b5fefc2d057c02479cf2529a4c11e35e3792d037097c31', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xb02082baa1872b5fb5bd2f328ee6f8f34d654ad15403a91177e2fa76f41cf014', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xa38482de4fe045d5d916c477507e3571dc7dbfaa988ee9bcd90517e21342c327', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xd28e8b5ba38303193ac047c353da788672184bf393eb69330eb74d31f18752c0', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xdd44c98dd6ea6e6861935984c12d7bb4faa77b30d34ad7fa008c1a747be4fb62', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\xfca46224b6a1c1216f66d73c96fb4c7ecad5025531aa4c3eb541100656679b26', 'k1', '2026-03-03 14:11:00+00', NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\x7f5ee97f064420e86ba7854d200c5b48b5bb13a669e545002c78a515d2ac7998', 'k1', '2026-03-03 14:11:00+00', NULL);
INSERT INTO public.invitations VALUES
	('dd68eb44-8158-4c6a-bb8b-4c809d6d273a', 'guest@example.com', 'guest@example.com', 'user', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '\xd9f389dde8fa98f5243f58fb5a3b8395772042c183203822ed85b455188203b8', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, NULL),
	('e0d5d4cb-415e-4488-8628-2a827ed63c7d', 'other@example.com', 'other@example.com', 'user', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', '\x4b45d2fc25b816c6188f9451dd4f428527a948155e7c954c545f2c1c597a720d', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, NULL);
INSERT INTO public.mail_caps VALUES
	('843bf24f-659a-9667-89ce-c8d153836ae9', '2026-03-03 15:13:00+00', false),
	('2decab8f-7f6f-bac1-02c1-781e1c62e197', '2026-03-03 14:27:00+00', false),
	('d96e0a0a-5c3d-7d8e-c961-62e6c3112f63', '2026-03-03 14:21:00+00', false),
	('e7aefdf2-803a-7b6e-5421-df58be33fdfa', '2026-03-03 14:31:00+00', false),
	('94cec5ec-c680-8bfe-5b5e-ec17c90639ff', '2026-03-03 14:25:00+00', false),
	('7b64baa9-cd72-5e21-f0af-45337d52ae49', '2026-03-03 15:29:00+00', true),
	('36defb09-063d-aeda-b61a-d98da932309c', '2026-03-03 14:45:00+00', false),
	('cf235dd1-11f4-7a40-4b97-ea3260414881', '2026-03-03 14:39:00+00', false);
INSERT INTO public.mails VALUES
	('f921f777-2774-443f-b5fd-e8829610545f', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', 'sign_in_blocked', false, NULL, 1, '2026-03-03 14:10:00+00', '2026-03-04 14:09:00+00', '2026-03-03 14:09:00+00', '2026-03-03 14:09:00+00', NULL, NULL, false, NULL, 1),
	('a3b3b7a1-731b-47dd-a118-59ff848e7ec2', '893c6fbe-b8dd-4202-8b79-09902ce88942', 'browser_trusted', false, NULL, 1, '2026-03-03 14:14:00+00', NULL, '2026-03-03 14:13:00+00', '2026-03-03 14:13:00+00', NULL, NULL, false, NULL, 1),
	('d6429a73-74d1-4dec-9eac-370fec651d20', '87811613-182d-4f7c-bae1-e80094175fd8', 'verify_email', false, NULL, 1, '2026-03-03 14:16:00+00', '2026-03-04 14:15:00+00', '2026-03-03 14:15:00+00', '2026-03-03 14:15:00+00', NULL, NULL, false, NULL, 1),
	('d4970ff4-d795-4432-bf1e-dd69cd35e4f3', 'd0692d71-c75d-458a-9d30-ed895c68988b', 'reset_password', false, NULL, 1, '2026-03-03 14:20:00+00', '2026-03-03 14:49:00+00', '2026-03-03 14:19:00+00', '2026-03-03 14:19:00+00', NULL, NULL, false, NULL, 1),
	('297e3491-7742-434e-913f-c12d1ee450c2', NULL, 'invitation', false, NULL, 1, '2026-03-03 14:22:00+00', '2026-03-10 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', NULL, NULL, false, NULL, 1),
	('394045ae-45b7-4f9c-99af-e3ac69bdb023', NULL, 'invitation', false, NULL, 1, '2026-03-03 14:22:00+00', '2026-03-10 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', NULL, NULL, false, NULL, 1),
	('45fa1782-71c8-45c0-a534-637c064393fe', 'a89b05f6-361f-476b-ad23-b6103e0769d5', 'disabled_by_admin', false, NULL, 2, '2026-03-03 14:26:00+00', NULL, '2026-03-03 14:21:00+00', '2026-03-03 14:25:00+00', NULL, NULL, false, NULL, 1),
	('82645079-4522-400c-8d90-0a37e2352119', '430c1ee2-f811-44cd-baf7-df6ceb7c9bcf', 'deleted_by_admin', false, NULL, 1, '2026-03-03 14:26:00+00', NULL, '2026-03-03 14:23:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('20ef9ef2-a744-486d-9af0-58087b2c2495', 'cc21337a-36f2-4efd-8c5c-57d0cb20e332', 'password_change_required', false, NULL, 1, '2026-03-03 14:28:00+00', NULL, '2026-03-03 14:25:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('f0ebf014-afd8-4de7-b741-3b09758fa407', '4030dc53-fab9-49b2-af3d-a9d0d3d3a6ce', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('22bed1a4-396b-4f5d-bde2-8a9e7d20b6ed', '6d88e7e0-5dff-48f5-813d-6e5a840928df', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('00b5dc59-6491-4565-97ca-a244125a67f1', 'a526849a-80ea-41a6-ad11-cf60e64b062c', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('257eafa4-2256-4ed6-9050-21da8be4881e', '2defb43c-eca5-49a7-a0ce-bb158e6037fb', 'reset_password', false, NULL, 1, '2026-03-03 14:34:00+00', '2026-03-03 15:03:00+00', '2026-03-03 14:33:00+00', '2026-03-03 14:33:00+00', NULL, NULL, false, NULL, 1),
	('74aa25da-b677-40cc-86ee-fb59afb8b69d', 'a23f3b01-a0c9-4f6f-bc0c-10998fd9471d', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('debaacec-5c30-4c14-94f0-8db8b3a7b999', 'cdd095a0-6a28-45e9-82c3-3ed0031bef84', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('bc2630d7-b013-47ce-ae59-9957dc3f9f38', 'bd6e61c6-1f03-47c8-ac1c-216028a3d27c', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('992fcae2-33e3-47f4-b041-b007a5613062', 'b49c72f3-5033-40c4-a82c-84bdd6ce048f', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('49ca63fd-17c2-4e53-8920-f05dfe849324', 'a0bbca0f-bf33-49f8-82d0-0087cab88afe', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('70eda913-9eb5-4d69-b5ed-be4f7b944590', '2693f7aa-4b79-4980-b9ab-e460254a721c', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('05686c51-ba78-4fb4-aa14-d1af9cf2a62e', '7b8169dd-a974-4b1f-9e6d-297d274fe775', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('22be397f-9825-4869-867a-6381cb228ff1', '00c16f3c-04f0-4429-b154-e36dc3ede410', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('5cbe6840-fb02-4c60-9a63-adc1ad821997', '67a1ec55-908b-43e5-b76e-3e5af485cabc', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('cb35f088-a278-4aed-adcd-a0992d5b4376', 'd15ff7b2-01dd-4a5a-ad33-ec02e77679ec', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('49a3f6be-bb52-495e-986b-dbdc66321c90', '5c890a14-d520-4cb3-87ba-295011c3eeb7', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('6f82d272-95bc-46b1-a9c4-c50b007bcf91', 'ee845619-e8bd-49af-8246-567a1459f6f5', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('01a76d4d-9630-463c-bb18-593ab202fc23', '4312bfde-9b64-4381-b339-bbe1925a0ca7', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('d04798d0-a1f1-4548-b759-8805465354e0', 'a009e2d4-e269-4d11-9b15-4b4bd26ca915', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('aa3bc03f-17d9-48f9-af2a-4f3f4e31e6fa', 'b30aebe0-1ffc-49db-9c34-7633d3b119a4', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('d56f5666-f5ce-4e5c-8937-887aec069e22', '29ce862a-7a31-40b1-bf0c-0fd89c31c37d', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('bafaef31-6341-4500-8b3b-1398d27e6370', '3a28af1a-a22d-405f-a87d-10dfc6974ae5', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('72187b46-e036-4568-96f4-5bdaa9a13650', '2ccf69a6-4181-4f94-8c37-f562bac0025d', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('8d9096bb-20c4-49b5-88d3-e922a5e2118f', 'f49e0c9e-76a1-4c7a-a65b-2cfc7dc5efff', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('158e40e2-c47e-47f6-9987-9dd64293648b', '0c76a38f-4f47-49a0-85ff-46cfe96bfbb0', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('46afc24a-8660-49f6-9c11-eac3b375889f', 'c37f5cd9-22ed-4ab2-87de-d8f653f312b7', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('65d13984-c895-4172-8cd6-9adaf18598e9', '21c632c3-b11a-4106-9b7d-7d1e85e9d0b8', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('f794a309-b545-431e-8e5f-df016e365c19', '03038576-9a5b-42e1-95d0-8edff8733465', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('b1476882-fc49-40bd-b745-ac37f4403fce', '3d85c292-de5b-4961-8743-4cbbf251e883', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('0abfb8b7-1f42-4378-8f8e-f7596ec23e3f', '39aaac7e-846f-4e1d-b00f-f9113c2166da', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('945e201f-ff73-41a6-82fe-b2e2e45fd3bd', '00d1dfcb-2ac1-49ce-bf03-b865664c80ca', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('f7fd5eb0-4427-4d3b-8773-023da26898c8', '7b43bbbd-445e-4ca8-91b7-b992f98896e8', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('d402dbe0-5af4-472e-b8c9-d909c4a4b11d', 'c6073c1f-676a-4026-a6eb-810e9a55e89e', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('3e0aacc3-f4b2-454f-b525-f03eab5f3b0b', '01db1e7a-18ab-4d53-9317-b267347b8638', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('f39513ea-f73c-4511-b1c8-457c72cfdfed', '2cdf18d2-f0c8-4bcb-9180-aab9de6a542f', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('3f8be3f7-a521-4ee5-a6d1-848aa5664aa5', 'e120ea63-c6ad-4eb5-ae73-e84402bf0138', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('8bb537df-f3a9-4a9b-866c-fd0a08ad958d', 'e9355989-d6fb-47af-b826-4361c4a997d5', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('e76180bb-d9b5-43a2-a5f9-f9f6e0e63eff', 'bfd30c8d-793f-4bd0-92f4-95bd9a54ded1', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('b20e1765-bc5b-46e3-a530-4fb470830a69', 'ad8f7ece-4835-4126-a832-2a1ce3cdddfe', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('30ba3667-4401-4bb4-8452-25d6f411b89e', '9f177e46-579f-44e2-b040-31effca3b071', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('8b5cd714-e0c4-4b47-af25-fd2d3966bd64', '26e2c297-333b-41b4-bffe-0cf2c6d8960b', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('413f4ed1-49da-43d9-82db-da834e37a203', '5e985c12-0e99-4a29-9e68-342f79af5457', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1);
INSERT INTO public.mails VALUES
	('fc3c6558-6a07-47b4-8e03-b11c3435355c', 'e25b75f8-2597-4c13-aca3-e2071c159312', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('b7db3292-d019-4d40-81ba-01221d9d5f4b', '0bd15cea-b3ac-40ae-a44b-d77dea1ee9ae', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('206a9446-63c3-41f1-8c71-406a604fe083', '747673bc-aba5-44c9-9bfd-5723aa52b513', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('393004d8-45dc-411b-9262-7625190d3889', 'ea5ef2b5-611d-4d8d-bab8-6eb65ac994e9', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('5d51e672-b069-47cb-9fd4-5bee9e2474b7', '134d538a-f1d2-4b20-83d0-144454fe728e', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('b5e8d5cd-ce05-4087-8c47-05c56a88b24b', '55018682-5c4e-49f4-85d8-750bb791230f', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('c3f6ffd8-7cef-4bd3-ae81-6d5ae53c9ffd', '4171bad7-2146-445a-993a-b29288bc6733', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('e11aa47d-28cb-4be3-934a-0a57afde23ac', '22a824b2-d970-4273-a6a2-e002fc59b60f', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('3e3f1f72-f95d-4fd5-ada0-216d24b7c9c1', '7c1a8a71-4574-4958-98cd-a59767a12b6f', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('31b2861b-5384-442a-b6b7-bc69450efeec', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 'password_changed', false, NULL, 1, '2026-03-03 14:32:00+00', NULL, '2026-03-03 14:29:00+00', '2026-03-03 14:31:00+00', NULL, NULL, false, NULL, 1),
	('9c8a2d80-ef80-4727-9c3c-7ed2fdeaefe6', '88a2e1a7-e95a-4ca7-8920-123a101e0205', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('8a41fa78-dcff-4701-8969-f52135e2d058', '530b44b1-8434-4bc8-bfa0-8ada65e10f30', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('9f1c0e4b-785d-4a7c-a700-a5957a2d1364', '63af5a93-0b75-4313-952e-6d10646653ba', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('8e828705-29cf-49be-8604-6223faf46dd6', '4422c861-89b1-494a-b380-7177562d7d55', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('f7cd0dc0-304d-4c2a-ab8a-c87c295a37cc', 'bbd711d8-0891-4075-9449-0b7a52ce4e20', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('d4db0ea2-0bb1-4cb0-9525-bb4543f30d79', 'e2b61af4-b03f-44f2-8f6c-b457df4d0e73', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('b83bb458-5bec-41a0-8330-d1faa8f77900', '62adc5ce-f375-4587-aaa4-79fdf3cfb56d', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('d59784e4-45dd-4ad2-b2d9-0cf70ecdba20', 'a9c027bd-39b0-4089-9965-0eb8b86bbe67', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('2ff866a9-7349-4788-8bf0-807720da94fa', '6754c481-b31e-41bc-8ac2-e9cb5e38284e', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('801541d3-e54a-4cd5-9438-7a4d75df2501', '0a945af2-bf48-4987-bcc0-2af091c9988b', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('3579ba33-cd7d-459b-9017-924d76ca5e31', 'b26e774e-744f-4c4e-90c0-716e106b4edf', 'imported', false, NULL, 1, '2026-03-03 14:28:00+00', '2026-03-04 14:27:00+00', '2026-03-03 14:27:00+00', '2026-03-03 14:27:00+00', NULL, NULL, false, NULL, 1),
	('9ac663c6-636c-4470-b6e8-894d957a9056', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 'password_changed', false, '\x01026b316d4fca01addaedc6a888e8e27c3eb8f903bd67ad8c8cb4ec74a5b6d7d0cf58d4fc0bc8746c808ecccc4f98933ca30d819c31443f4fe322befc6b418cd7a9984d42c95c07e4b36efa2b40a9602a3e6b369afd161ea74b7fd51db37b7cad773c2da21d474aa63d54fcb607ed95a49ace8e397b17135c06974384e9ea740a5a53b4cad5315d61032070a75be7b4dfd891dde433d072c333e50eae7eaa4d87418747369c282d09ef1fe3f54d01fbbd4d8bba704f551f3e4f731dfe4452ca84842a5cba4493cc18fb742e0661c26bdd9cab6bc7d54f3f84769a9032a5d537e3b3220f54a9feb9d93c1ba6f52f69e744b1b1492a39034287504d2a056431e897a8492c95d82bcb16f6c577546c919d819a71e4da602420851a0f3a01e30f6d7f94b1d8be21476d982c4c2d3f75b6dcd04627fe402d7299382a9f5b3cfcc9dbf0601475752f78bb6c5e2c5c0fc3054278902644fbb6679ace5ba14d5d30afe003834b2f9531da8e7c9a6e4eacfde192044e819050d1cebe2a775a7c98dfbc8eb3403e6cb9eda5fd98d525de331d719279ee6a1406472d27b08b1918f5fb747e6459f7891b1766ec1e3ddc17b75a23e1d0c04d026bfc2a4fef67677e9f6cc1f09a6ccbd2c1e8fb79b62f380560fa11f7a41db1c2b6eba1ed90fab4faf322f09f7044530b7b19d9cd715df61432b9066013d0aa6183e4577c03723fb13bce1155ad5adfc09e5dcfa10e680fd39341ad3cebdbdc34bfe5689cbb81f67fe594b4e4ca7c702a6380a7cbcd1bad03d104ee4176c6c5c248dbd02799c347e31fffadb50d56f664d661bdab92c2031d4cb795ccaf523d47b52f2de7ba46232522defac180e13aee72738306194ec0af24c8a12635c3b356f0ad25918bd1f316aa8ad990f5a982970d26234c1933fc99e5ed494e79cc9d7420fedc430f4e76c1c108866ab88f0d28f29c7e97d0bc169230f20751ee6b34aaddc3ae38af68c1ac1252ec0a9706173dce2544d631e5678f87878bf0ce6f8a97ce52993d33974a2046fabd178fdf9be4d4ffc41de977099521c9d3df0b0f701042401bcf06bd4a34b88124af516cab376cf9515d1cbf98a9b557f68a6a2d614eb9fecfb7b0da81865029137886d53d14359f2d9605e2c2d80f11b3de8abcbb16675af040355a1bf21b6e948b318846db5e42e24b8c04535c14d76f3a24d2ff6963fcc1b0caa245258005b0011baf78e04f19f5055b18c50607fcc54b65ae224fc1562b5dc078f91378d0f1b2e8ae055608fa79cd0b6dbdd11f9e14fa2fba830be3f7d6196a38cd1d401b19cc3927af3dcebcf5a0431b351409052ec0d262322bc4f842be3fc439bebe860618821458f5e293028208db312b583b4223fcb68d0e25edf22a970e7f93ffc344b959c26c475093f3b8facb92e005778574aa16db5c4954057e8400d5dbb21a437c6651f957d6be9337b04678a28a442a68370377649e32c80331cc545013552f0cc128bc244f4b6993a87627f3abfe81dcc8a9f057a82fe486929cc01081a4b3846068c0e6adc92c8ed4db79199c5462c85ead45d5839e8d94d8799eca4ab79205e9beaf9ddfed1b9a52c85119a93847ea4c338b249dc8319f353c155c14634404a2999a64c9dd779dd37d58133f7f1364fe139e46e76aab5a329c11f97e1b2129e3a018813c9d20f3a5acb55541d745e9dc57799683a6cd41a54722f4ea3cdf06fdec8db29a264461429226a99c47a12db46a6014f24d1f7ca1b13441466cd7023b7dfe0f28e751195f1efe0f75d5cec8b06d6658e1e55f7590e14d084863763c9447232d0f6db9f564854d79719ab55ea0e221f77947e13136acf89b44c13634ea67270008992c3e3b430db28092c7650b1bb688c41a0e030f18e7e24962b86fcc821e813f2c8bd4f7c144dcc8aa57bb29a9ad8690b4c541792c24fd4fea4dcc0aeaeef06b8775293e5e54d753e1167f78fd03e1f8b2d5a2ba69d1e11e275f2f2e7faae6c336ca295cd72774ecb9fed8bb95318898991dcfda224ca4c144f64ed61ff2017c422ec57de0d3c89f9666152058e05d772b511bdfb5741c08d52c85a0cf31d72c5c43c72ba95de2cd2608e1c5f4c9819693a6ac2dff8fb65acedcd2814098fd0193fd3378a5b110e96a764540e63039443ace6cc9970fe7948affab7296442171ec1d7945aa9cdf3b67dea97e23e79216e954a0ce99f515048aecf7b70a9d88951a9271700e3199c0dd90932ad4cd1366dbee09e472322f031a8a065b64503c979a0f38882020387164a0d0f56f00d16628da24d8413b799b4b33e2d033da2a0caa4c18c9e8b28afd4a04b060bfcb764f3c526b476778234add34b335277a0654e9f39d69bc4dee6b3868be66484f15f46b9c8d30bb3357c635c9a2b5252ab61c1b2f5179d8845f8fe339af1e51d34e559e02a7986e51d8615ce8bac6488135d15c1e59ae2ebad4051d9657a1f33a36e898798af233d5423e3187e6bd87e554ac881fca6ec84ba6d1bae0cd15cfaada0c7f774b79274ce312c2a524866a321621260ab2440c5d981b8537e06239963a7051c1e99a806597d51fc6d725cd7f42d2a403a77b45f8ef24ef4f3ffd3ce4f91835de6c8d97ef5dbd04099ec4297d9c19e1934cad9164e0aad195df68b47e5dcf3136515ed72e19eb3a1e04cb7d2835fe87f9a2be886af1e39b99d772dcc185507bae3db78e84537812bab9baf22d2fc360694b4f24a275b7c333a19030265719f0824c5429b575770b28d7140d8e935c72a9bc3c63a3f62a4ceb32365335eb39d48e3ebb6f7f4e2d93182cd90b65d470db229b9651bdfb8d491bbddea7da5ac5a7cc35d15e6c2606f102324331cb388d918864c336e885a16df1e9898432f7ef01cbd16fc7d1b6b1cda2b81f6a857f0d9f035dd08af754ab402237858827017b46599279fc5a8bad898dd260879262a17d8cc0fedbfb27721a5397e897bd2d1f7e93d2d4fb42b43bf01fbd50f07a3ed02955b35422bf7eff64ab5d0f4a010f98844de61de7c78971bcd44cc59c88cae24d80547ef9e2d6290a1d1f5388879c1d9f5f949092fbef8ef09d30335ddfd751eedfffbac1994f305a3cc4c5362c3944910db401d8162b045db35788d1c445f7eb1297dbeee086f14393c1dbecfb3ca04dccc153c8c2d463ffc71046595fee3f6864fe88025fb72f9a6a0f6831b991fe056d11e72d66c192ac96f7c48e1fa64f433f468fdc196f995567a5a55f8986b4458e4db4d760b7c629119f92dfdfbc3aca6ade4c4b8bd02a52f01711745a19787ae9250a3e622a22aaf14273671e25881cdb6cc1e8719d4323d9e1ddc2df83a9c3a7047aef7c9aee16f0ee93b319fa21cd0137eaf0078e92a82d54dd34048f5ed1a251d58ae2b1bbdb5757cd56b615a2a1e6152b20691420614b374b460efa2160f8ad1872d106fffe90d8b56ad020ab302f064c0000c58125713a3458882b95718444ebdb839710eb58d0da8c8e05a8a5dd15ab9da96717361cedd0e6237bfa31b754789da9f927536aaa6e578c47ec631467d1dd7f005174c0f79dce04eed93652e9048f7ac7fdd332f0680723d323116ff07b4e39049830486bc55b99e828787afc88dc8f28eda61fee679c89bc8e918ba79ca4e5ddb0ad17c775d06966700ba56c26d398819a8678430513a2e554c9651947a68e4602da190970ded5b347eef781dc363fd3bf0788d59358d14d5a3ea0a3500e37650ae7179e2b2a3d2cbb3679e56bbfa44770f6f2f032f1af4a459cb50b57a2db154c064ba72cfdadb9e1c75589f4b21084a8e7ab89408623f4b41113ef6d5d246403a754243b9855f483630070cdf47cecc860fc199090b54759e1c8038437915114174c0c91b090adaa1ab35675c438a1db58ffe2d807a2527f016d3c44552649281258c11cc8c739fac8398d79539b02fe1313990fbb63656a19b75117ab0c125fd834964af2b77c23d594f30d667d10b534f9e1bd220239bc735139fb7cbec01d132abaa845098d90d1c96d7d84cdbff5cd38f29da48d8667172f5a9df413c4057a9d1f26783e7fb083e76e2182a752fc5d3341b18056c63850a270904366781a1c55cf69c5654a6e35c487dc4e3fa86c4b7890d8397164838743', 0, '2026-03-03 15:29:00+00', NULL, '2026-03-03 14:31:00+00', NULL, NULL, NULL, false, '7b64baa9-cd72-5e21-f0af-45337d52ae49', 1);
INSERT INTO public.revoked_tokens VALUES
	('NGbOdMPCOEWMZ06DuNlDLg', '2026-03-03 14:39:00+00'),
	('YEWvmHyWz68bngb6lv5C_w', '2026-03-03 14:18:00+00'),
	('QzYmg9m79gy1j6qHE8mZBQ', '2026-03-03 14:43:00+00'),
	('5ZGIZzWZYhwjJMky0u3shQ', '2026-03-03 14:59:00+00');
INSERT INTO public.sessions VALUES
	('a6d07dbc-8264-43e8-869d-adebb2684215', 'd08cc123-07be-4077-9a3f-c2bbbb0c6152', 0, '\xd854b89268b00df79d7d742ffa05a2531bdcef89dbf3951cd05992f41e8689aa', NULL, '_-y2d6t2JPjCKXsFA7_6Yw', '2026-03-03 14:09:00+00', '2026-03-10 14:09:00+00', NULL, '2026-04-02 14:09:00+00', '2026-03-03 14:09:00+00', '2026-03-03 14:09:00+00', false, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '2026-03-03 14:09:00+00', '{pwd}', '2026-03-03 14:09:00+00', '{pwd}', '2026-03-03 14:09:00+00', 'signed_out', 0, NULL, NULL),
	('d7bd3351-d389-47c0-8578-60e7fd526244', '893c6fbe-b8dd-4202-8b79-09902ce88942', 0, '\x367dd89a6c699fc97ba366b2a5d4c691904c631af1809fbcb5e416cf56d43587', NULL, '8XiN9CzgpmHeXFlnOmMTrg', '2026-03-03 14:13:00+00', '2026-03-10 14:13:00+00', NULL, '2026-04-02 14:13:00+00', '2026-03-03 14:13:00+00', '2026-03-03 14:13:00+00', false, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '2026-03-03 14:13:00+00', '{pwd,otp,mfa}', '2026-03-03 14:13:00+00', '{pwd,otp,mfa}', '2026-03-03 14:13:00+00', 'signed_out', 0, NULL, NULL),
	('2fe4428e-6104-4468-8fe2-79e6430f788e', '4871ecbd-7a2a-4e1f-ab1f-d4958b4bbca4', 0, '\xa3d1bfb1318506e0ba281a0efda8d5f0dc1e0ece85ebb2af0b41cf7eda0b4169', NULL, 'nvawtVIJt7ereyKs_-tEzQ', '2026-03-03 14:13:00+00', '2026-03-10 14:13:00+00', NULL, '2026-04-02 14:13:00+00', '2026-03-03 14:13:00+00', '2026-03-03 14:13:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:13:00+00', '{pwd}', '2026-03-03 14:13:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('79b94973-679a-4d8d-9a55-b249a5c37819', '87811613-182d-4f7c-bae1-e80094175fd8', 0, '\x8d9012d658b695cbef3898bd089bead9484c26822103fff82453575518ce7406', NULL, 'jMcQ0tG596K-TzLV6fPpVw', '2026-03-03 14:15:00+00', '2026-03-10 14:15:00+00', NULL, '2026-04-02 14:15:00+00', '2026-03-03 14:15:00+00', '2026-03-03 14:15:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:15:00+00', '{pwd}', '2026-03-03 14:15:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('0770d4ad-a84b-402f-a10f-ee3498d3db65', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xe83ca98144002c220212481f5e5a165d9e799f79691662c3631afb9e2eedaa64', NULL, '_GKMojuxbmJ7bQN4Zlm0zg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('d3dd1e40-8b29-46ea-bee3-fe43c0299e57', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x3708b60e7cff95bcd4aad691e5415f8b940e983a874b024d3dd9e961b452ae35', NULL, 'N1Vae95OfcRcI85B-feVVA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('2dfdae17-4120-41cb-93a8-df8dcd22661a', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x6eedb5a4b458769ccba2a60757e0f98916d9baf3812c3ff51808b923a3458c50', NULL, '4NY1qlCpCQRvJ8oEb3U3sg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('3aff921e-bed7-40af-8e03-9cc4a439ac5d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x3729240c799d21e9ad577d8be304e86321ffc803f4e82b2a7654cc77eba9e04d', NULL, 'pnXVLh_S2VFfVV8UaESk-g', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('4c91b7bb-5bdc-44dc-9374-ee298bdbef6a', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x6e92be13f926e0cbdcdf96b484a09c28a6686c1964805210db3ce20dbee4a35e', NULL, 'Jr0df0f_y3-_wWk2D5oX6w', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('dabe9d32-7636-4b67-91b0-59d9d85cf3e7', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xcc462ba2ff3972e0700c12ca65b2f80882133874bd674a831a38430817459aec', NULL, 'MwIwuudqlKrN5t4OlR6NHw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('f717cc2a-d9d1-4f82-a0b3-9055072fa3e8', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x81a0b83a82b059b9f37efd1dff091028e9772b105e23159689206a290ba69959', NULL, 'o9no3YKJlPJtiHaE4D9C3A', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('dfd1ae91-8a0a-4c8e-b5d8-e1bf7741538d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xc5f0a2aafccf4d37d9884e85b9383fb08ccd47c19c7d71028c79aef4d89d7147', NULL, 'mGgbMdbpO-yB4-9FT9wbHw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('da5c13b9-3320-4499-aa8b-6060cd10b0c9', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xd0b401b98066400c3268907f701954db828b827a2ca806964a0bd720da48f0a6', NULL, '8vIX1bKECN_TXn8x89epaQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('ec8f84ea-6b2f-4dcc-a4ee-d8548de717f3', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x49414a14fa2986a27474cfc788282f3e8d4d4578375b077dfdccfe37d3bc5094', NULL, 'xYGPNj26wP5r1pD7OoBRtQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('0695d00f-21d2-49e5-b6da-bc1ce0be4cba', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xe18e50dc9bc4f253f16492f5ad5621c1a209118c5734ee7fd93d4caf2064e6a5', NULL, 'WojNV4BgcxKA8ANTPpEUZg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('56e16be2-74fc-4dfd-8c76-73d376e01322', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xf43509528ca1dbfc14ffa4fce1d4cb9e19444b19e1c9091ed21b8a9e71086216', NULL, 'KpK0aLKyPuiIocVus2zeuw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('b17307b7-cef9-4d40-9f5a-50e70b1845d9', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x3d77f360208163de1c2812ad483d7c4c671eb277b79622551ea112696d2cf765', NULL, '25FGPc4pS1hpZc-5WNyc3g', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:27:00+00', false, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('fe56bad7-3576-4b32-bb60-4105e3fb233f', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 0, '\x6c39c2c7ec5bb4682545bbf28d40448d762516bff68ad10db95a5c0ee8b37453', NULL, '6yAaYErCB7MpNR8JgNXECQ', '2026-03-03 14:29:00+00', '2026-03-10 14:29:00+00', NULL, '2026-04-02 14:29:00+00', '2026-03-03 14:29:00+00', '2026-03-03 14:29:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', 'password_changed', 0, NULL, NULL),
	('736f3b7d-6e1c-45f2-9227-e2809216bb74', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xd7354aa638ac11025d1ee60d8b94cc4f59e79632c2d01a305c9230d6131a2665', NULL, 'hPkN3-zI2HOeUwxmZUmkmQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('58263f21-f918-4b1f-9483-eca3d07b6720', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x07c29e8fd216279e1e3db739ce82e4795e0eb1bb17193c502f70224e8b45fb88', NULL, '9-Y7OH1cp5ZUZuRaGwpajg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('211e4dd8-e440-489f-bfe6-70eb7b12fbea', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x3364a94dd45f52919a6969afcc37e76baf1f62fbffc1a4494c496678e44e1285', NULL, 'f-sARXxn20VtYnjxdGgDOw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('f3abb565-7704-436c-a543-516571f94d34', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x352afb95d445a89e8156e65d9eed5d2a43adc6732c3991dabbc482b46814117a', NULL, 'nWLHJ5okRTlAibOcrHQM7Q', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('d103664c-19be-41e5-b620-bb27f1079160', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xd37e2195e71281bcfe2626ed479205b95758e34fd5a0475524b75bbb80d8a9d1', NULL, 'dc5_-xeVRolMwI-cfWWrBg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('35b4107f-d40f-45c2-ac8a-c53587a4a3a3', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x51e3c35648d03955fd02f4a7100aa8e906867430143840e035864adb574abec6', NULL, 'tE7l0gIOsXyalblaXNRyhg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('b999c91c-68dd-4388-878b-592eb8489a54', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x5424bdd43a1de749a4067e41208459479dc684cc37c121a54ef4ce6cfa060ee4', NULL, 'kKuwG_j3MD6E056ban3pPg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('962a34a1-ca5e-4ee4-81a8-6cb809784d89', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xb7cdf2eea8fdcfdea4aaa2a6d81ede177f8c344b2f6889c5012618dda94cc451', NULL, 'AZDIrbcFwbSluFsDw1ldHw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('7e5110b2-a255-4ee8-a9d6-f716c5bb7875', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x4106ef14dec1009380161a1569e670f5de5aeb3d140dc0be425e7c71f0f2bfbb', NULL, 'Pxn3T5YvbbdVyYjU3_Jomw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('41de30ba-3f65-4296-943c-92f45f4e4504', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xa72fe3b9a4b137c88ca5ac5956e6ba101d440f365bf9a7ce9ebdc9ce4410c494', NULL, 'Zy-DPeY7QQUcWwOrXJWgUQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('5dcc836a-0ff5-441a-b302-9cba9f5cc7da', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x684f0dc1f3e8e00e7f47cc0b3a69109d2033d48d79fe8a2798d2aa22aba33fa2', NULL, 'u5djZPTkgDYExMe5htfGgQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('e65e2750-f4a3-48e6-be13-9ae1d8ace82b', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x9f84ca1bf64839a73449304ac418807d3a93832cc70d22621ab7c4b8ebbef904', NULL, 'uqQ-81CE2qeyMjSey551FQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('56181264-5db1-407e-88e1-28bf19a7a15c', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x6cd0f6c85ae1f0b460f6b205ef567c290a8ea0e9d0cc38ae1bcb60c0ee5cf9e1', NULL, 'q-cVngXTul0quQFg8X7qAg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('7b832164-4d92-41ef-a585-56dfaba440a2', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x5982e2c3f50dd5a91b64a9c929888e03b8de2de5d170ff355852c08a07123912', NULL, 'B9huIi9GQRZQ1bCyEyhzDw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('0142332a-5986-4dba-83b4-b48fd1452e57', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x343298103972c48842bf57bdeb2045f45edbf7a40bd5bd4b61f43f7a7c307902', NULL, '-wQWUQk2Z2AsV_YlQ7Ho1A', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('aa18c59d-5861-45cf-845e-deaf9b052044', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x91b375f72d97865f3dfc6e3b09ede1eb4c9e16ea88488791b08eb09e9e0d4b46', NULL, '3fOAq116ljvhHrGvQEY94Q', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('963a779a-c259-4b74-baaa-c3a421cbb838', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xc22ca486c8e2de8738d5814e17591dac9c5d8d70e8fc4eef504bad992fe0e9e5', NULL, 'uMpsEyTxRVv_Wtb0qN5Kiw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('f55d5402-db83-4281-833f-f88de859748e', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x264d0a7e69281965815fd054389555db39dbf2501494f3099bd9c030c2d65c2e', NULL, 'U-y_jnF8eeCR7t6PNv_ADw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('5e745d64-56e0-43ea-8ed6-50b9dcb4825a', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xa12016e9e5edd826942ad5acd194975881fd064bed4d05f48e1f05a36976d77b', NULL, 'tmbW7sB5hLI9_Ugbe6W9EA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:33:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('3ee64a9f-756b-400b-b854-bdddd70a3ed7', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x4b30807c87ff3b8db6c47e21fafc87227ad976d7360327007424f9b559671c96', NULL, 'Sig10BA-0UflPPDigbr16Q', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('8149ce15-d849-4c1a-b3a2-a00519da8341', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x06ba063aff3662f220175b33e8a410d0708e0177e596533f43c9b3cbbac2bd79', NULL, 'aSj9YivNdtI9o7__65MNEA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('305ac37a-b6a2-489e-8fd8-81e36193b589', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x3d881d9f3cf3c5f824503f62dca31d0de203bc4e7e4344a6ecb668116859fe80', NULL, 'r05UPRBnovZufBMv3EfPGQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('15020c44-bb98-496d-b80f-1f23f197e5a4', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x6320e005b5e6fd8ae5fe71d8dd59d51cf559f4384839f29ce2c2021fceeb941c', NULL, 'NIrt5_7K40M-HWUrhzBFmw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('e16d87b5-b7d1-4071-b8ea-f59523e56d4d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x0bc467a554ee301116cbf4f2a074a690bfc88c2c27bebb68dc10a5cead5e7ade', NULL, 'pjt6nNsGG_euU8bbymW_GQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('116f7c99-858f-4a99-af63-424f3c84f309', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x978d9e4d36bbb1a46fe7158cc9f3329df5df98fa830058f5e18081068deafe68', NULL, 'opLQV8ymKRaAK4uVz4ZDRw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('d5556f19-2865-4d64-9964-0605e4f04d23', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xc7d84dfe69ee69730a5a4107ec0eb997c8093c2f66924b39169e8677adf9bc16', NULL, 'j6oJabYqKTl6oKsb2TAhdw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('c221554a-a377-444f-bd97-877f073d3aef', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x2568c8bed9d4ee2cba4e498d86cb72683b25872a83af247a898874428c4e3191', NULL, 'a02akRET8ZbsPVlg4y_OBg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('92ec002f-f4c8-4827-9b1a-424098449d8f', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xd209a296e043f595866c120564c1497f8860eab9e114c69b15fd0d01e737cca6', NULL, 'W6b8JjqOk-4wah9CdQNu2Q', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('3747f3c4-ecc1-4d2c-ac7c-9677db183b90', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x5886b0dd4e92dddb1de79fb1d8f1ff17c96d90ad921d76c1f0cde2c563a8b9b6', NULL, 'Nn8b0Jo57WwvSkhnqc91NA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('cd6bae95-1857-4bb2-bf76-71af97ee5268', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x80c06cf85747e67a4a4b9a82b31fe32d98c479207ae025bcee0912f4b57e1a52', NULL, 'xhQiXe_Y37cuWFYAytVJMw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('57e1ab8b-51d4-4368-a72f-87a119003f8d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x99361f11ba9603e731aa652522a88bd83b9788c9ccf0b18bb6eb9d0b6e3e843e', NULL, '-ML4xhHNbvV777_OFhjX6A', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('459d9b9a-34d6-4f9c-ac5c-20eee4381d92', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x164d8a1195421a157514fb0f1def2462c5047028f479115d4ebb9dcf3347461b', NULL, 'mdKZJePHerYEDGQR2zIklQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.sessions VALUES
	('a75b8215-a3c7-486b-bd68-bd663f2fd840', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x0af82e31404b64cc1c49494915ec7a97bb2f849db67c023649c9523171895141', NULL, 'QHvNCezbgpP23behhG69hg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('f5d4d622-32d0-4993-a1ef-9d29e716208d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x4bce4fcd9aaaad690d61685f6988ab372bffcd8f1221c3668c61ca81a3b7df6f', NULL, 'fk9Z1vjq0XKnixFkKipceg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('f3d63bde-41e7-4dfb-8a65-981e6e00e850', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x624aeb2b37a4ba2a90f0acdaba78b6a6683726ba05e33b5f0263ea37b01383eb', NULL, 'cFYssJft_xRsFPp6L7u6RQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('b04432c1-106d-4d82-a6bb-aa12737b2f2c', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xf16671a9ffdd2c0267ee033a695f782cef17394ff84db9430aae599a6e2faee0', NULL, 'OS3mjSWe8FyaXCfQbG3t6A', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('d76f292d-bcc3-40de-8765-94125ecdcf89', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x0a573cb37ecb38741c271161e34583fb6bfbddd0a11bbfdbaaa14ae1c16b06af', NULL, 'MiRI3Rq27c7OVxQX9SnJlg', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('af9610a8-2124-4bdc-b6be-5f883811b2e2', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x1f77c9926aa00200aecce3e1f2dd4952151b15c93f5db9e71de3304ee2ee4dea', NULL, 'dJoAJh_XQd55ahpmx3Y1gw', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('d1f40f51-d9cd-460d-9183-86b1d5e9bb34', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x161de7246e5fb7065455bf297c668dd9bd673383311f479812a7374a1d57289f', NULL, 'XoBunWC4Q4NIWeNMG_1gdA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('35ec81a2-17ec-4399-85ea-3fea9fe19564', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x19fb1ce8ee722c9f4377ef8cd0da5eaa258167e9c74ad52e75482694d4f97a65', NULL, '0sB_p3-ACM_ywOLueIXwmQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('4bea640b-e826-4d22-8895-d6b682608504', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xfbb253b056db185c676357e6a66baed94ea7e461751c3c239e23bd3650accadf', NULL, 'jfX4LfwioNWj7oVglf90CA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('e0b12cac-66b0-42a9-a306-5a7b6b0994b7', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x139a42a637c2cdb6f61e5e57666298e3d3344399cc8b813a63269dba9268984d', NULL, 'jqWury3FfucUDqpgZ-4_BQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('1d59aafc-3153-4f50-ae20-ca016a96007d', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\xc9607a1630b14d47848af4c0699fcf112c114c7874bf6211cdab59742944c60c', NULL, 'qea2SJBiVhzEqjOK7samrQ', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('32bea42d-a1c8-4441-a45a-a7a45d5cfe59', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 0, '\x8d967f15569128b6c3cc0ee9e25979d507b93daf1e00cc668cc9eda1067583e2', NULL, 'xR_1E8rtf-NSO0e3YSuNYA', '2026-03-03 14:21:00+00', '2026-03-10 14:21:00+00', NULL, '2026-04-02 14:21:00+00', '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:21:00+00', '{pwd}', '2026-03-03 14:21:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('97e58ba3-f8fa-4806-825c-c045a1ead844', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 2, '\x0a4f8890315b03efd12e3a3ff532f1c1b77f09850374d9e265e586ae931db412', '\xb82b4fd6da859d7e0c78aad22560ede23a7a0be7ce1a2a9b0aca77a337461892', 'GPygTzK2mGPIppNQJslt0A', '2026-03-03 14:29:00+00', '2026-03-10 14:29:00+00', '2026-11-26 17:17:24.578188+00', '2026-04-02 14:29:00+00', '2026-03-03 14:29:00+00', '2026-03-03 14:29:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', 'password_changed', 0, '127.0.0.1', ''),
	('63630dfd-a699-431e-82e5-673b9a2d26b5', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 0, '\x4a46fea4b476d48fc0cc654454e2f7cb363679ed45cdca94f9c3bd819fd8d9a8', NULL, '1OjAifZkqdTaLzSLu47Zcw', '2026-03-03 14:33:00+00', '2026-03-10 14:33:00+00', NULL, '2026-04-02 14:33:00+00', '2026-03-03 14:33:00+00', '2026-03-03 14:33:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:33:00+00', '{pwd}', '2026-03-03 14:33:00+00', '{pwd}', NULL, NULL, 0, NULL, NULL),
	('a7c73f7e-727b-4357-8817-46c6791144ce', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 0, '\x432155ac3f160170f5c732bbf74f90ef3ea1824fc58eb37799cfd93a031f6407', NULL, '3HMv6Sk692HBNWJ3D8jcMg', '2026-03-03 14:29:00+00', '2026-03-10 14:29:00+00', NULL, '2026-04-02 14:29:00+00', '2026-03-03 14:29:00+00', '2026-03-03 14:29:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:29:00+00', 'signed_out', 0, NULL, NULL),
	('101bfb3c-f8fd-45ce-abc8-ec1978c21958', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 2, '\x919f80bda7d71aaec0cefdcd741510e8e66b3df96984b08cb9e02320461a37dd', NULL, 'bCZ4hxrKhwXpZihW_1AefQ', '2026-03-03 14:31:00.001+00', '2026-03-10 14:31:00+00', NULL, '2026-04-02 14:29:00+00', '2026-03-03 14:29:00+00', '2026-03-03 14:31:00.001+00', false, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '2026-03-03 14:29:00+00', '{pwd}', '2026-03-03 14:31:00+00', '{pwd}', NULL, NULL, 2, NULL, NULL),
	('0ccaf1ba-7ded-49ef-999e-d5c889e62e29', '78c075e0-b4e2-4a9d-aca0-89617295d08b', 2, '\x2b583d8431bba7690583e474ad1c3d1bf1aee94bf9c4e49d57142fdb015ebc35', '\x03b455fee6832eb472b63a81ecd7770584d0c49a23d6bb896445c43044f7aeb1', '6aghU7TapGbX5flW7TtCag', '2026-03-03 14:33:00+00', '2026-03-10 14:33:00+00', '2026-11-26 17:17:24.74064+00', '2026-04-02 14:33:00+00', '2026-03-03 14:33:00+00', '2026-03-03 14:33:00+00', false, '127.0.0.1', NULL, '2026-03-03 14:33:00+00', '{pwd}', '2026-03-03 14:33:00+00', '{pwd}', NULL, NULL, 0, '127.0.0.1', '');
INSERT INTO public.totp_authenticators VALUES
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', '\x01026b31fce6ee419e0d6068905df77dcc12c4c7403dd23ac9c2272e07e46464b47ea152cbb49fc2b425fba474b0080bea08539d4314a9293cb13e532d39f90d', 59084880, '{}', '2026-03-03 14:05:00+00', '2026-03-03 14:05:00+00'),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', '\x01026b31dd4b35d978a45b6609d351e589d072e316115cbf94f22c0ed9b5603a543e51b5d6e19365ec4f4705c7b2338281b8d4294be0e2828601d3a2bd735fc1', 59084906, '{}', '2026-03-03 14:11:00+00', '2026-03-03 14:11:00+00'),
	('4871ecbd-7a2a-4e1f-ab1f-d4958b4bbca4', '\x01026b316843b8429fd57fc1dcf5ab9d06a9404b8465ed023549d83ef070b85dcaa35b5bfaf58d5aa6de9f78260f099a590da699b7005ba76752f2d1e9913c13', 0, '{}', '2026-03-03 14:13:00+00', NULL);
INSERT INTO public.trusted_devices VALUES
	('bc60efc2-44d4-467c-86cd-f1312baeecbe', '893c6fbe-b8dd-4202-8b79-09902ce88942', '\x7d84db059d49e8a5e7b1ed545da01cabdca547e8337a6b64a8554ae319f139e0', 0, '2026-03-03 14:13:00+00', '2026-04-02 14:13:00+00', '2026-03-03 14:13:00+00', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0');
INSERT INTO public.user_import_parts VALUES
	('a8c20d0e-6028-45a6-80af-0b014bda9433', 'd4889e2a-7212-4e06-a07e-441d93912554', 0, '\x01026b319a8ee2cd3280e28148db7408fd65f89e6f180a349e3366823975a220d59b4babba34b6fcce45aba6b78d060be5ef1d54aae77ca8528f2a7fc2a0e5a6558bf38cf8a6fa3ed9d68208394a4d972a5ed96a6fd773e72679764978861a0beffebed238affbbed20e74dc989e2da068a39282c1b5152b89f4dcf93cc8730a7a82270b771d80ea5530d2a32679f5b811377250d2cb125c9199144a4d27f98cf06be7e368498df05e4ba52f8bd25ca2803a6b83928e7a4ef13ed22e557b1cec769e778f1ceb30068872c1cdf1386066');
INSERT INTO public.user_imports VALUES
	('0fe0e8da-5384-4887-9951-1e592fc86552', '2026-03-03 14:27:00+00', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'users.csv', 'done', 60, 60, 60, 0, 0, 1, '2026-03-03 14:27:00+00', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'b17307b7-cef9-4d40-9f5a-50e70b1845d9', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', '2026-03-03 14:27:00+00', NULL, NULL, false),
	('d4889e2a-7212-4e06-a07e-441d93912554', '2026-03-03 14:27:00+00', '7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'users.csv', 'uploaded', 2, 0, 2, 0, 0, 0, '2026-03-03 14:27:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false);
INSERT INTO public.users VALUES
	('2defb43c-eca5-49a7-a0ce-bb158e6037fb', 'person1@example.com', 'person1@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$/Tra3OTiiuyMwNvbM1EecA$2MSB7F9CskLVDq2fImW2E9YIK0/nctEg1UoTzn0ZEYc', 'user', '2026-03-03 14:05:00+00', 0, NULL, false, NULL, '2026-03-03 14:05:00+00', NULL, NULL, NULL, true, DEFAULT, false, NULL, NULL),
	('d08cc123-07be-4077-9a3f-c2bbbb0c6152', 'person2@example.com', 'person2@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$4ZRK7zew1NGPHbkRfZgBTA$meowGDWk8PY7WjG/qA0TCvXbJbXU7UqhvpGk/BON60w', 'user', '2026-03-03 14:07:00+00', 0, NULL, false, NULL, '2026-03-03 14:07:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('4b00a4f6-7ddf-4cb4-bdf7-abf5f8cf9d2d', 'person3@example.com', 'person3@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$XW71FLONGbjPXSTxk+OY4Q$UBq1acWRE0cgOqRJ8ULz66WvRqbp72NYyJ+amSJcFa4', 'user', '2026-03-03 14:09:00+00', 0, NULL, false, NULL, '2026-03-03 14:09:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('893c6fbe-b8dd-4202-8b79-09902ce88942', 'person4@example.com', 'person4@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$rVTgZM+WcH2+urUE7UZ/9Q$93bLT8lBN8FCKfz7WUOoOXcgXCasQBvlRBCMhiqhDsY', 'user', '2026-03-03 14:11:00+00', 0, NULL, false, NULL, '2026-03-03 14:11:00+00', NULL, NULL, NULL, true, DEFAULT, false, NULL, NULL),
	('4871ecbd-7a2a-4e1f-ab1f-d4958b4bbca4', 'person5@example.com', 'person5@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$syCJ/rnYIxoRK8hekR4lnA$IyHxuw2AihchyKHrKIzr2w8YZYr0acCQM2ryQ6ZZjsw', 'user', '2026-03-03 14:13:00+00', 0, NULL, false, NULL, '2026-03-03 14:13:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('87811613-182d-4f7c-bae1-e80094175fd8', 'gus@example.com', 'gus@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$UXOuP8pu5Mk2c9MThd7SDw$e1vBcuWpwCNRzQ9ZGA0F9jiOmyt55KdXyOnxsEy5h+M', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:15:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('d0692d71-c75d-458a-9d30-ed895c68988b', 'person6@example.com', 'person6@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$y13pm10/Xzd2Qx9gxvLAbA$vUAvYC7aNiBDtx5c7+uWbpJJUOANpAgk6HXd/DhdR5c', 'user', '2026-03-03 14:17:00+00', 0, NULL, false, NULL, '2026-03-03 14:17:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('7b7e8801-e39a-44fc-b4a1-1d0a4005145e', 'person7@example.com', 'person7@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$DfdsRNtTf5BQ4IxCPIpXGQ$Rg+CF1b9vtoXLVm6M1zd8hbdmdd3TRopHEnpghSzkVQ', 'admin', '2026-03-03 14:19:00+00', 0, NULL, false, NULL, '2026-03-03 14:19:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('a89b05f6-361f-476b-ad23-b6103e0769d5', 'person8@example.com', 'person8@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$v54YuLR3CQQJAA3Y6zu5hw$KZURN7M/yEzNYtv7cU9Ro1fp7hDxTGl6PMEQUgJNPnE', 'user', '2026-03-03 14:21:00+00', 1, NULL, false, '2026-03-03 14:21:00+00', '2026-03-03 14:21:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('430c1ee2-f811-44cd-baf7-df6ceb7c9bcf', 'person9@example.com', 'person9@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$e4bdozgpyiF57KgugMF/Tw$0zsdanA97kADBont6y9ZgdISa4dMBZaY2HlhvAuCgAs', 'user', '2026-03-03 14:23:00+00', 1, NULL, false, '2026-03-03 14:23:00+00', '2026-03-03 14:23:00+00', NULL, '2026-03-03 14:23:00+00', NULL, false, DEFAULT, false, NULL, NULL),
	('cc21337a-36f2-4efd-8c5c-57d0cb20e332', 'person10@example.com', 'person10@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$zyOUuLD9VtX1MwDJkKvTSw$Q+Gzphq4mcIYzva1cLWUKUFyYL+SAm79g774Q2t2MJc', 'user', '2026-03-03 14:25:00+00', 0, NULL, true, NULL, '2026-03-03 14:25:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('6d88e7e0-5dff-48f5-813d-6e5a840928df', 'p1@done.example.com', 'p1@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('4030dc53-fab9-49b2-af3d-a9d0d3d3a6ce', 'p2@done.example.com', 'p2@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('a526849a-80ea-41a6-ad11-cf60e64b062c', 'p3@done.example.com', 'p3@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('3d85c292-de5b-4961-8743-4cbbf251e883', 'p4@done.example.com', 'p4@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('03038576-9a5b-42e1-95d0-8edff8733465', 'p5@done.example.com', 'p5@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('39aaac7e-846f-4e1d-b00f-f9113c2166da', 'p6@done.example.com', 'p6@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('0c76a38f-4f47-49a0-85ff-46cfe96bfbb0', 'p7@done.example.com', 'p7@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('29ce862a-7a31-40b1-bf0c-0fd89c31c37d', 'p8@done.example.com', 'p8@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('b30aebe0-1ffc-49db-9c34-7633d3b119a4', 'p9@done.example.com', 'p9@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('f49e0c9e-76a1-4c7a-a65b-2cfc7dc5efff', 'p10@done.example.com', 'p10@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('21c632c3-b11a-4106-9b7d-7d1e85e9d0b8', 'p11@done.example.com', 'p11@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('3a28af1a-a22d-405f-a87d-10dfc6974ae5', 'p12@done.example.com', 'p12@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('2ccf69a6-4181-4f94-8c37-f562bac0025d', 'p13@done.example.com', 'p13@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('c37f5cd9-22ed-4ab2-87de-d8f653f312b7', 'p14@done.example.com', 'p14@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('7b43bbbd-445e-4ca8-91b7-b992f98896e8', 'p15@done.example.com', 'p15@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('00d1dfcb-2ac1-49ce-bf03-b865664c80ca', 'p16@done.example.com', 'p16@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('a23f3b01-a0c9-4f6f-bc0c-10998fd9471d', 'p17@done.example.com', 'p17@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('01db1e7a-18ab-4d53-9317-b267347b8638', 'p18@done.example.com', 'p18@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('2cdf18d2-f0c8-4bcb-9180-aab9de6a542f', 'p19@done.example.com', 'p19@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('bfd30c8d-793f-4bd0-92f4-95bd9a54ded1', 'p20@done.example.com', 'p20@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('26e2c297-333b-41b4-bffe-0cf2c6d8960b', 'p21@done.example.com', 'p21@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('78c075e0-b4e2-4a9d-aca0-89617295d08b', 'person11@example.com', 'person11@example.com', NULL, '$argon2id$v=19$m=64,t=1,p=1$QFnQ8Iv1Tt8pxfM4POlxnQ$41MhlMgar29KlLtLA7017wlvgMTYjaB2Sl/oZmPz1Ug', 'user', '2026-03-03 14:27:00+00', 2, '2026-03-03 14:31:00+00', false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, NULL, false, DEFAULT, false, NULL, NULL),
	('9f177e46-579f-44e2-b040-31effca3b071', 'p22@done.example.com', 'p22@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('ad8f7ece-4835-4126-a832-2a1ce3cdddfe', 'p23@done.example.com', 'p23@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('e120ea63-c6ad-4eb5-ae73-e84402bf0138', 'p24@done.example.com', 'p24@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('e9355989-d6fb-47af-b826-4361c4a997d5', 'p25@done.example.com', 'p25@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('c6073c1f-676a-4026-a6eb-810e9a55e89e', 'p26@done.example.com', 'p26@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('e25b75f8-2597-4c13-aca3-e2071c159312', 'p27@done.example.com', 'p27@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('5e985c12-0e99-4a29-9e68-342f79af5457', 'p28@done.example.com', 'p28@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('0bd15cea-b3ac-40ae-a44b-d77dea1ee9ae', 'p29@done.example.com', 'p29@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('cdd095a0-6a28-45e9-82c3-3ed0031bef84', 'p30@done.example.com', 'p30@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('134d538a-f1d2-4b20-83d0-144454fe728e', 'p31@done.example.com', 'p31@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('747673bc-aba5-44c9-9bfd-5723aa52b513', 'p32@done.example.com', 'p32@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('ea5ef2b5-611d-4d8d-bab8-6eb65ac994e9', 'p33@done.example.com', 'p33@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('a0bbca0f-bf33-49f8-82d0-0087cab88afe', 'p34@done.example.com', 'p34@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('bd6e61c6-1f03-47c8-ac1c-216028a3d27c', 'p35@done.example.com', 'p35@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('7b8169dd-a974-4b1f-9e6d-297d274fe775', 'p36@done.example.com', 'p36@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('2693f7aa-4b79-4980-b9ab-e460254a721c', 'p37@done.example.com', 'p37@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('b49c72f3-5033-40c4-a82c-84bdd6ce048f', 'p38@done.example.com', 'p38@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL);
INSERT INTO public.users VALUES
	('55018682-5c4e-49f4-85d8-750bb791230f', 'p39@done.example.com', 'p39@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('22a824b2-d970-4273-a6a2-e002fc59b60f', 'p40@done.example.com', 'p40@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('4171bad7-2146-445a-993a-b29288bc6733', 'p41@done.example.com', 'p41@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('7c1a8a71-4574-4958-98cd-a59767a12b6f', 'p42@done.example.com', 'p42@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('530b44b1-8434-4bc8-bfa0-8ada65e10f30', 'p43@done.example.com', 'p43@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('88a2e1a7-e95a-4ca7-8920-123a101e0205', 'p44@done.example.com', 'p44@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('00c16f3c-04f0-4429-b154-e36dc3ede410', 'p45@done.example.com', 'p45@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('5c890a14-d520-4cb3-87ba-295011c3eeb7', 'p46@done.example.com', 'p46@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('67a1ec55-908b-43e5-b76e-3e5af485cabc', 'p47@done.example.com', 'p47@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('d15ff7b2-01dd-4a5a-ad33-ec02e77679ec', 'p48@done.example.com', 'p48@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('ee845619-e8bd-49af-8246-567a1459f6f5', 'p49@done.example.com', 'p49@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('4312bfde-9b64-4381-b339-bbe1925a0ca7', 'p50@done.example.com', 'p50@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('a009e2d4-e269-4d11-9b15-4b4bd26ca915', 'p51@done.example.com', 'p51@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('63af5a93-0b75-4313-952e-6d10646653ba', 'p52@done.example.com', 'p52@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('6754c481-b31e-41bc-8ac2-e9cb5e38284e', 'p53@done.example.com', 'p53@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('62adc5ce-f375-4587-aaa4-79fdf3cfb56d', 'p54@done.example.com', 'p54@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('4422c861-89b1-494a-b380-7177562d7d55', 'p55@done.example.com', 'p55@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('bbd711d8-0891-4075-9449-0b7a52ce4e20', 'p56@done.example.com', 'p56@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('e2b61af4-b03f-44f2-8f6c-b457df4d0e73', 'p57@done.example.com', 'p57@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('b26e774e-744f-4c4e-90c0-716e106b4edf', 'p58@done.example.com', 'p58@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('0a945af2-bf48-4987-bcc0-2af091c9988b', 'p59@done.example.com', 'p59@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL),
	('a9c027bd-39b0-4089-9965-0eb8b86bbe67', 'p60@done.example.com', 'p60@done.example.com', NULL, '!', 'user', NULL, 0, NULL, false, NULL, '2026-03-03 14:27:00+00', NULL, NULL, '0fe0e8da-5384-4887-9951-1e592fc86552', false, DEFAULT, false, '2026-03-03 14:27:00+00', NULL);
SELECT pg_catalog.setval('public.audit_events_seq_seq', 158, true);
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.account_throttles
    ADD CONSTRAINT account_throttles_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.backup_codes
    ADD CONSTRAINT backup_codes_pkey PRIMARY KEY (user_id, mac);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.mail_caps
    ADD CONSTRAINT mail_caps_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.revoked_tokens
    ADD CONSTRAINT revoked_tokens_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.totp_authenticators
    ADD CONSTRAINT totp_authenticators_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.trusted_devices
    ADD CONSTRAINT trusted_devices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.trusted_devices
    ADD CONSTRAINT trusted_devices_user_id_secret_hash_key UNIQUE (user_id, secret_hash);
ALTER TABLE ONLY public.user_import_parts
    ADD CONSTRAINT user_import_parts_import_id_number_key UNIQUE (import_id, number);
ALTER TABLE ONLY public.user_import_parts
    ADD CONSTRAINT user_import_parts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_imports
    ADD CONSTRAINT user_imports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_canonical_key UNIQUE (email_canonical);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX account_throttles_blocked ON public.account_throttles USING btree (key) WHERE (failures >= 100);
CREATE INDEX account_throttles_idle ON public.account_throttles USING btree (tried_at) WHERE (failures < 100);
CREATE INDEX audit_events_by_actor ON public.audit_events USING btree (actor_id, seq) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_events_by_actor_event ON public.audit_events USING btree (actor_id, event, seq) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_events_by_event ON public.audit_events USING btree (event, seq);
CREATE INDEX audit_events_by_event_time ON public.audit_events USING btree (event, at);
CREATE INDEX audit_events_by_subject ON public.audit_events USING btree (subject_id, seq);
CREATE INDEX audit_events_by_subject_event ON public.audit_events USING btree (subject_id, event, seq) WHERE (subject_id IS NOT NULL);
CREATE INDEX audit_events_by_subject_hash ON public.audit_events USING btree (subject_hash, seq) WHERE (subject_hash IS NOT NULL);
CREATE INDEX audit_events_by_subject_hash_event ON public.audit_events USING btree (subject_hash, event, seq) WHERE (subject_hash IS NOT NULL);
CREATE INDEX audit_events_by_time ON public.audit_events USING btree (at);
CREATE INDEX audit_seals_of_purges ON public.audit_seals USING btree (purged_through) WHERE (purged_through IS NOT NULL);
CREATE INDEX invitations_by_expiry ON public.invitations USING btree (expires_at);
CREATE INDEX invitations_by_inviter ON public.invitations USING btree (invited_by) WHERE (invited_by IS NOT NULL);
CREATE UNIQUE INDEX invitations_open ON public.invitations USING btree (email_canonical) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX invitations_open_by_creation ON public.invitations USING btree (created_at, id) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX mail_caps_idle ON public.mail_caps USING btree (full_at);
CREATE INDEX mails_by_user ON public.mails USING btree (user_id, created_at);
CREATE INDEX mails_capped ON public.mails USING btree (created_at) WHERE capped;
CREATE INDEX mails_done_by_age ON public.mails USING btree (created_at) WHERE (sealed IS NULL);
CREATE INDEX mails_given_up ON public.mails USING btree (dropped_at) WHERE ((dropped_at IS NOT NULL) AND (NOT decoy));
CREATE INDEX mails_given_up_by_age ON public.mails USING btree (dropped_at) WHERE ((sealed IS NOT NULL) AND (dropped_at IS NOT NULL));
CREATE INDEX mails_merging ON public.mails USING btree (merge_key) WHERE ((merge_key IS NOT NULL) AND (sealed IS NOT NULL));
CREATE INDEX mails_waiting ON public.mails USING btree (next_attempt_at) WHERE ((sealed IS NOT NULL) AND (dropped_at IS NULL));
CREATE INDEX revoked_tokens_by_expiry ON public.revoked_tokens USING btree (expires_at);
CREATE INDEX sessions_by_absolute_expiry ON public.sessions USING btree (absolute_expires_at);
CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id);
CREATE INDEX sessions_living_by_user ON public.sessions USING btree (user_id) WHERE (revoked_at IS NULL);
CREATE INDEX totp_authenticators_pending_by_age ON public.totp_authenticators USING btree (created_at) WHERE (confirmed_at IS NULL);
CREATE INDEX trusted_devices_by_expiry ON public.trusted_devices USING btree (expires_at);
CREATE INDEX user_imports_arriving_by_admin ON public.user_imports USING btree (created_by, created_at, id) WHERE arriving;
CREATE INDEX user_imports_by_creation ON public.user_imports USING btree (created_at, id);
CREATE INDEX user_imports_unfinished ON public.user_imports USING btree (seen_at) WHERE (finished_at IS NULL);
CREATE INDEX users_admins ON public.users USING btree (created_at, id) WHERE (role = 'admin'::text);
CREATE INDEX users_by_creation ON public.users USING btree (created_at, id);
CREATE INDEX users_by_import ON public.users USING btree (import_id, id) WHERE (import_id IS NOT NULL);
CREATE INDEX users_by_kind_and_address ON public.users USING btree (kind, email_canonical) INCLUDE (created_at, id);
CREATE INDEX users_by_kind_and_creation ON public.users USING btree (kind, created_at, id);
CREATE INDEX users_by_kind_and_name ON public.users USING btree (kind, lower(display_name) text_pattern_ops) INCLUDE (display_name, email_canonical, created_at, id) WHERE (display_name IS NOT NULL);
CREATE INDEX users_by_password_kind ON public.users USING btree (public.users_password_kind(password_hash) COLLATE "C");
CREATE INDEX users_never_verified ON public.users USING btree (created_at) WHERE ((email_verified_at IS NULL) AND (import_id IS NULL) AND (role = 'user'::text) AND (disabled_at IS NULL));
CREATE INDEX users_to_erase ON public.users USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER append_only_but_purges AFTER DELETE ON public.audit_events REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_delete();
CREATE TRIGGER append_only_but_purges BEFORE UPDATE ON public.audit_seals FOR EACH ROW EXECUTE FUNCTION public.audit_refuse_change_of_seal();
CREATE TRIGGER note_two_factor AFTER INSERT OR DELETE OR UPDATE OF user_id, confirmed_at ON public.totp_authenticators FOR EACH ROW EXECUTE FUNCTION public.users_note_two_factor();
ALTER TABLE ONLY public.backup_codes
    ADD CONSTRAINT backup_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.totp_authenticators
    ADD CONSTRAINT totp_authenticators_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.trusted_devices
    ADD CONSTRAINT trusted_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_import_parts
    ADD CONSTRAINT user_import_parts_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.user_imports(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.user_imports(id);
