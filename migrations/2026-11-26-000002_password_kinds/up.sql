-- Which kinds of stored hashes are in use, at any number of users. While there are some that are not as
-- new ones are made, a refused sign-in takes as long as one at the dearest of them, so that its time does
-- not say which hash an account has. The index has one short value a user, nearly always the same one.
CREATE FUNCTION users_password_kind(hash text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog
    AS $$
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
$$;
COMMENT ON FUNCTION users_password_kind(text) IS 'A stored hash without salt and output: what decides how long a guess takes. NULL for what is no hash.';
CREATE INDEX users_by_password_kind ON users (users_password_kind(password_hash) COLLATE "C");
