DROP INDEX totp_authenticators_pending_by_age;
DROP INDEX mails_done_by_age;
