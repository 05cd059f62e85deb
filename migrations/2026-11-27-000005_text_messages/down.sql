DROP TABLE text_lock;
DROP TABLE sent_texts;
DROP TABLE phone_codes;
