ALTER TABLE sent_texts DROP COLUMN setup;
