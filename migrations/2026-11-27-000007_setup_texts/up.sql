-- Which messages went to a number that its user only wanted to add.
ALTER TABLE sent_texts ADD COLUMN setup boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN sent_texts.setup IS 'Whether the message has a code that confirms a number: of these, fewer are allowed.';
