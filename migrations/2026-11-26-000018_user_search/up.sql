-- The list of users finds any word of a name and any part of an address, without accents: what can be
-- searched for stands in one column that Postgres computes, whatever statement writes the row, and one
-- index has it. No extension is needed. The table is rewritten: about two minutes for a million users.

-- A text as words are compared: decomposed, without accents, in lower case. The same in every
-- locale, so that no update of the system's changes it: lower() by bytes knows ASCII alone, so Greek, Cyrillic and
-- Armenian capitals stand in a list, as do letters that no decomposition leads to their base.
CREATE FUNCTION users_search_fold(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text;
BEGIN
    IF octet_length(given) = char_length(given) THEN
        RETURN lower(given COLLATE "C");
    END IF;
    folded := lower(regexp_replace(normalize(given, NFKD) COLLATE "C",
        '[\u0300-\u036F\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u064B-\u065F\u0670'
        '\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F]', '', 'g'));
    folded := translate(folded,
        'øØłŁđĐðÐɖƉɗƊħĦŧŦıŋŊɲƝɓƁƙƘƏƐƆςΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ'
        'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐҒҚҢҮҰҲҺӘӨ'
        'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
        'oollddddddddhhttinnnnbbkkəɛɔσαβγδεζηθικλμνξοπρστυφχψω'
        'абвгдежзийклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґғқңүұҳһәө'
        'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ');
    folded := replace(replace(replace(folded, 'ß', 'ss'), 'ẞ', 'ss'), 'þ', 'th');
    folded := replace(replace(replace(folded, 'Þ', 'th'), 'æ', 'ae'), 'Æ', 'ae');
    RETURN replace(replace(folded, 'œ', 'oe'), 'Œ', 'oe');
END $$;
COMMENT ON FUNCTION users_search_fold IS 'A text as words are compared: without accents, in lower case.';

-- The words of a text, each behind a space: what stands between characters that are neither letters nor digits.
CREATE FUNCTION users_search_words(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN rtrim(regexp_replace(' ' || coalesce(users_search_fold(given), ''),
        CASE WHEN getdatabaseencoding() = 'UTF8' THEN
            '[\u0001-\u002F\u003A-\u0060\u007B-\u00BF\u00D7\u00F7\u02B0-\u02FF\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF'
            '\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u30FB\uFE10-\uFE6F\uFFFC\uFFFD\U0001F000-\U0001FAFF]+'
        ELSE '[\x01-\x2F\x3A-\x60\x7B-\x7F]+' END, ' ', 'g'), ' ');
END $$;
COMMENT ON FUNCTION users_search_words IS 'The words of a text, folded, each behind a space.';

-- The entries of a user in the index: words, their first letters as ^a, and what few users are as =a.
CREATE FUNCTION users_search_entries(words text, disabled boolean, deleted boolean, admin boolean, unverified boolean,
    two_factor boolean) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(array_remove(string_to_array(words, ' '), '')
        || ARRAY(SELECT '^' || left(word, 1) FROM unnest(string_to_array(words, ' ')) AS word WHERE word <> '')
        || CASE WHEN disabled THEN ARRAY['=disabled'] ELSE '{}' END || CASE WHEN deleted THEN ARRAY['=deleted'] ELSE '{}' END
        || CASE WHEN admin THEN ARRAY['=admin'] ELSE '{}' END || CASE WHEN unverified THEN ARRAY['=unverified'] ELSE '{}' END
        || CASE WHEN two_factor THEN ARRAY['=two_factor'] ELSE '{}' END)
$$;
COMMENT ON FUNCTION users_search_entries IS 'What the index users_by_search has of a user.';

-- What is typed, as patterns that users.search must all match: the words of each term side by side, of which the last may go
-- on. No character of a word means anything to LIKE. NULL where no word was typed.
CREATE FUNCTION users_search_patterns(terms text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg('%' || words || '%')
    FROM unnest(terms) AS term, users_search_words(term) AS words WHERE words <> ''
$$;
COMMENT ON FUNCTION users_search_patterns IS 'What users.search must match to be found by these terms.';

-- The same for the index, which knows nothing of what stands side by side.
CREATE FUNCTION users_search_query(terms text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg(CASE WHEN n < count THEN format('''%s''', word)
            WHEN char_length(word) = 1 THEN format('''^%s''', word)
            -- Postgres refuses words of over 2 KB.
            ELSE format('''%s'':*', left(word, 100)) END, ' & ')::tsquery
    FROM unnest(terms) AS term, string_to_array(ltrim(users_search_words(term)), ' ') AS words,
        cardinality(words) AS count, unnest(words) WITH ORDINALITY AS each (word, n)
    WHERE char_length(word) <= 100 OR n = count
$$;
COMMENT ON FUNCTION users_search_query IS 'What the index users_by_search is asked for these terms; some whom it finds do not match.';

-- The functions find each other whatever the search path of a restore is.
DO $$
DECLARE
    ours text;
BEGIN
    FOREACH ours IN ARRAY ARRAY['users_search_fold(text)', 'users_search_words(text)', 'users_search_patterns(text[])',
        'users_search_query(text[])', 'users_search_entries(text, boolean, boolean, boolean, boolean, boolean)']
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', ours, current_schema());
    END LOOP;
END $$;

ALTER TABLE users ADD COLUMN search text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    users_search_words(email_canonical) || ' ' || users_search_words(display_name)) STORED;
COMMENT ON COLUMN users.search IS 'The words of the address and, behind a space more, of the name, as the list of users looks for them.';

DROP INDEX users_by_kind_and_name, users_by_creation;
-- Written at once: what is written later would be read by every search.
CREATE INDEX users_by_search ON users USING gin (users_search_entries(search, disabled_at IS NOT NULL,
    deleted_at IS NOT NULL, role = 'admin', email_verified_at IS NULL, two_factor)) WITH (fastupdate = off);
-- In the orders of the list, with all that a search looks at: common words are found by walking along these, without
-- the rows themselves.
CREATE INDEX users_by_creation ON users (created_at, id) INCLUDE (kind, search);
CREATE INDEX users_by_address ON users (email_canonical) INCLUDE (id, kind, search);
