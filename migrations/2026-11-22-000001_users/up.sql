-- People who can sign in.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (octet_length(email) BETWEEN 3 AND 254),
    email_canonical text NOT NULL UNIQUE CHECK (email_canonical = lower(email_canonical)),
    display_name text CHECK (char_length(display_name) BETWEEN 1 AND 100),
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    email_verified_at timestamptz,
    revocation_id bigint NOT NULL DEFAULT 0 CHECK (revocation_id >= 0),
    password_changed_at timestamptz(3),
    password_must_change boolean NOT NULL DEFAULT false,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL
);
COMMENT ON COLUMN users.email IS 'The address as it was given, with the domain in ASCII; mail goes to this form.';
COMMENT ON COLUMN users.email_canonical IS 'The address in lower case; two addresses are one account when these are equal.';
COMMENT ON COLUMN users.password_hash IS 'PHC string.';
COMMENT ON COLUMN users.revocation_id IS 'Carried by every token as rev; raising it ends them all.';
COMMENT ON COLUMN users.password_changed_at IS 'NULL until the first change; tokens issued at or before it are dead.';
