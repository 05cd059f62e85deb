//! Each flow writes all its rows in one transaction.

use crate::cluster::Sql;

/// Slows the writes within a transaction down, so that a kill happens during one.
pub(crate) const SLOW_WRITES: &str = "
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END';
    CREATE TRIGGER slowly AFTER INSERT ON mails FOR EACH ROW EXECUTE FUNCTION slowly();
    CREATE TRIGGER slowly AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION slowly();
    CREATE TRIGGER slowly AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION slowly();";

/// Asserts that each user has the mail, the events and the session of the registration, and that there are
/// no others.
pub(crate) async fn assert_registrations_are_whole(sql: &Sql) {
    let torn = "SELECT email FROM users u WHERE
        (SELECT count(*) FROM mails m WHERE m.user_id = u.id AND kind = 'verify_email') <> 1
        OR (SELECT count(*) FROM audit_events WHERE subject_id = u.id AND event = 'registered') <> 1
        OR (SELECT count(*) FROM audit_events WHERE subject_id = u.id AND event = 'signed_in') <> 1
        OR (SELECT count(*) FROM sessions s WHERE s.user_id = u.id) <> 1";
    assert_eq!(sql.rows(torn).await, Vec::<Vec<String>>::new());
    let stray = "SELECT kind FROM mails WHERE user_id IS NULL
        UNION ALL SELECT event FROM audit_events a
        WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = a.subject_id)
            AND event <> 'service_started'";
    assert_eq!(sql.rows(stray).await, Vec::<Vec<String>>::new());
}
