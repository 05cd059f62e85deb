DROP INDEX users_by_search, users_by_creation, users_by_address;
ALTER TABLE users DROP COLUMN search;
DROP FUNCTION users_search_query(text[]);
DROP FUNCTION users_search_patterns(text[]);
DROP FUNCTION users_search_entries(text, boolean, boolean, boolean, boolean, boolean);
DROP FUNCTION users_search_words(text);
DROP FUNCTION users_search_fold(text);
CREATE INDEX users_by_creation ON users (created_at, id);
CREATE INDEX users_by_kind_and_name ON users (kind, lower(display_name) text_pattern_ops)
    INCLUDE (display_name, email_canonical, created_at, id) WHERE display_name IS NOT NULL;
