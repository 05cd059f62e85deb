-- Users for `script/bench users` and `script/bench growth`, as many as the variable `users` says: 70 % with a name, two thousand domains of which a few have most
-- users, 2 % disabled, 0.1 % deleted, 12 % not verified, 15 % with a second factor, 20 admins, created over
-- three years. As in real data, some given names and surnames are far more frequent than others.
DO $$ BEGIN PERFORM setseed(0.5); END $$;
SET synchronous_commit = off;
-- Without triggers: the inserted rows already contain what the triggers would write.
SET session_replication_role = replica;
-- The indexes are created afterwards, which takes half the time.
SET client_min_messages = warning;
SET maintenance_work_mem = '256MB';
CREATE TEMP TABLE indexes AS SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'users' AND indexname LIKE 'users\_by\_%';
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM indexes LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END $$;
CREATE TEMP TABLE given AS SELECT row_number() OVER () AS n, name FROM unnest(string_to_array(
    'Anna Maria José Wei Fatima Élodie John Olga Mohammed Yuki Lena Peter Sofia Ivan Chiara David Emma '
    'Noah Aisha Lucas Mia Daniel Zoe Tom Priya Hans Ingrid Karim Nora Felix Clara Ben Julia Omar Ida '
    'Paul Rosa Max Eva Leo Kim Vera Otto Ute Quentin Xenia Gabriel Theresa Samuel Ruth', ' ')) AS name;
CREATE TEMP TABLE family AS SELECT row_number() OVER () AS n, name FROM unnest(string_to_array(
    'Smith Wang García Müller Silva Kim Nguyen Rossi Dubois Ivanov Kowalski Novak Jensen Berg Papadopoulos '
    'Yılmaz Khan Singh Tanaka Cohen Haddad Okafor Mensah Diallo Santos Fischer Weber Lopez Martin Bernard '
    'Andersson Virtanen Horvat Popescu Jones Brown Taylor Wilson Evans Thomas Roberts Walker Wright Hall '
    'Green Baker Adams Nelson Carter Mitchell Zimmermann Quinn Ueda Østergaard Xu', ' ')) AS name;
INSERT INTO users (id, email, email_canonical, display_name, password_hash, role, created_at,
    email_verified_at, disabled_at, deleted_at, two_factor)
SELECT id, address, lower(address), CASE WHEN random() < 0.7 THEN given || ' ' || family END,
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$' || md5(n::text) || 'aaaaaaaaaaa',
    CASE WHEN n % 50000 = 0 THEN 'admin' ELSE 'user' END, created_at,
    CASE WHEN random() >= 0.12 THEN created_at + interval '5 minutes' END,
    CASE WHEN state < 0.021 THEN created_at + interval '90 days' END,
    CASE WHEN state < 0.001 THEN created_at + interval '100 days' END,
    random() < 0.15
FROM (
    SELECT drawn.n, gen_random_uuid() AS id, random() AS state, g.name AS given, f.name AS family,
        now() - interval '3 years' * (1 - drawn.n / :users::float) AS created_at,
        translate(left(g.name, 1 + (drawn.n % 7)::int) || (ARRAY['.', '', '_'])[1 + drawn.n % 3] || f.name, 'éÉüıØøáí', 'eEuiOoai')
            || drawn.n || '@' || CASE WHEN d < 0.4 THEN 'mail' || floor(d * 12) ELSE 'company' || floor(d * d * 2000) END
            || (ARRAY['.example', '.example.org', '.example.net'])[1 + drawn.n % 3] AS address
    FROM (SELECT n, random() AS d, 1 + floor(50 * random() * random()) AS g, 1 + floor(55 * random() * random()) AS f
        FROM generate_series(1, :users) AS n) AS drawn
    JOIN given AS g ON g.n = drawn.g JOIN family AS f ON f.n = drawn.f
    ORDER BY drawn.n
) AS people;
INSERT INTO totp_authenticators (user_id, secret, confirmed_at, created_at)
SELECT id, '\x00', created_at, created_at FROM users WHERE two_factor;
-- Enrolments without confirmation.
INSERT INTO totp_authenticators (user_id, secret, created_at)
SELECT id, '\x00', created_at FROM users WHERE NOT two_factor AND random() < 0.01;
RESET session_replication_role;
DO $$ DECLARE definition text; BEGIN
    FOR definition IN SELECT indexdef FROM indexes LOOP EXECUTE definition; END LOOP;
END $$;
-- As autovacuum would do later.
VACUUM ANALYZE users, totp_authenticators;
