DROP TABLE former_addresses;
DROP TABLE email_changes;
