DROP INDEX account_throttles_blocked, mails_given_up, audit_events_by_event_time;
DROP TABLE invitations;
