//! The outbox.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::mails;

/// A mail to be written to the outbox.
#[derive(Debug, Insertable)]
#[diesel(table_name = mails)]
pub struct NewMail<'a> {
    /// Id.
    pub id: Uuid,
    /// Whom it concerns.
    pub user_id: Option<Uuid>,
    /// What it says, in a word.
    pub kind: &'a str,
    /// Never to be sent.
    pub decoy: bool,
    /// The rendered mail, sealed for this table, row and column.
    pub sealed: &'a [u8],
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
    /// When its link expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// Writes a mail to the outbox.
pub async fn insert(mut conn: &AsyncPgConnection, mail: &NewMail<'_>) -> QueryResult<()> {
    diesel::insert_into(mails::table)
        .values(mail)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Writes many mails to the outbox: a statement takes eight values of each, and 65,535 in all.
pub async fn insert_all(mut conn: &AsyncPgConnection, mails: &[NewMail<'_>]) -> QueryResult<()> {
    diesel::insert_into(mails::table)
        .values(mails)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A mail that a worker took.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct TakenMail {
    /// Id.
    pub id: Uuid,
    /// What it says, in a word.
    pub kind: String,
    /// Never to be sent.
    pub decoy: bool,
    /// The rendered mail, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Attempts, this one included.
    pub attempts: i32,
    /// When its link expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Takes up to `limit` mails that are due, and leases them until `lease_until`: a worker that dies
/// with a mail in its hands loses it to the next one.
pub async fn take_due(
    mut conn: &AsyncPgConnection,
    limit: i64,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> QueryResult<Vec<TakenMail>> {
    let due = mails::table
        .filter(
            mails::sealed
                .is_not_null()
                .and(mails::dropped_at.is_null())
                .and(mails::next_attempt_at.le(now)),
        )
        .order(mails::next_attempt_at)
        .limit(limit)
        .select(mails::id)
        .for_update()
        .skip_locked();
    let ids: Vec<Uuid> = due.load(&mut conn).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(mails::table)
        .filter(mails::id.eq_any(ids))
        .set((
            mails::attempts.eq(mails::attempts + 1),
            mails::next_attempt_at.eq(lease_until),
        ))
        .returning(TakenMail::as_returning())
        .get_results(&mut conn)
        .await
}

/// How many are still to be sent.
pub async fn count_waiting(mut conn: &AsyncPgConnection) -> QueryResult<i64> {
    mails::table
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .filter(mails::dropped_at.is_null())
        .count()
        .get_result(&mut conn)
        .await
}

/// It was handed to the mail server; its text is forgotten.
pub async fn mark_sent(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .filter(mails::sealed.is_not_null())
        .set((mails::sent_at.eq(at), mails::sealed.eq(None::<Vec<u8>>)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// It is of no use to anybody; its text is forgotten.
pub async fn mark_dropped(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    why: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .filter(mails::sealed.is_not_null())
        .set((
            mails::dropped_at.eq(at),
            mails::sealed.eq(None::<Vec<u8>>),
            mails::last_error.eq(why),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// It is given up. Its text is kept, sealed, so that somebody can have it tried again.
pub async fn mark_given_up(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    why: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .filter(mails::sealed.is_not_null())
        .set((mails::dropped_at.eq(at), mails::last_error.eq(why)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// It could not be sent now; it is due again at `next_attempt_at`.
pub async fn mark_failed(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    why: &str,
    next_attempt_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .filter(mails::sealed.is_not_null())
        .set((
            mails::next_attempt_at.eq(next_attempt_at),
            mails::last_error.eq(why),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A mail as admins see it: what became of it, and never what it says.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct MailRow {
    /// Id.
    pub id: Uuid,
    /// What it says, in a word.
    pub kind: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was handed to the mail server.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was given up.
    pub dropped_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempts: i32,
    /// Why it was given up, or why the last attempt failed.
    pub last_error: Option<String>,
}

/// The latest mails to a user, those behind one where its time and id are given, newest first.
pub async fn latest_of(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    behind: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<MailRow>> {
    let mut query = mails::table
        .filter(mails::user_id.eq(user_id))
        .order((mails::created_at.desc(), mails::id.desc()))
        .limit(limit)
        .select(MailRow::as_select())
        .into_boxed();
    if let Some((at, id)) = behind {
        let at_once = mails::created_at.eq(at).and(mails::id.lt(id));
        query = query.filter(mails::created_at.lt(at).or(at_once));
    }
    query.load(&mut conn).await
}

/// A mail that is not sent, as operators see it: never what it says, nor to whom.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct QueuedMail {
    /// Id.
    pub id: Uuid,
    /// Whom it concerns, while there is an account.
    pub user_id: Option<Uuid>,
    /// What it says, in a word.
    pub kind: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it is tried next, where it was not given up.
    pub next_attempt_at: DateTime<Utc>,
    /// When its link expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempts: i32,
    /// When it was given up.
    pub dropped_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// What is not sent, the oldest first, up to `most`, those behind one where its time and id are given.
pub async fn queue(
    mut conn: &AsyncPgConnection,
    behind: Option<(DateTime<Utc>, Uuid)>,
    most: i64,
) -> QueryResult<Vec<QueuedMail>> {
    let mut query = mails::table
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .order((mails::created_at, mails::id))
        .limit(most)
        .select(QueuedMail::as_select())
        .into_boxed();
    if let Some((at, id)) = behind {
        let at_once = mails::created_at.eq(at).and(mails::id.gt(id));
        query = query.filter(mails::created_at.gt(at).or(at_once));
    }
    query.load(&mut conn).await
}

/// One mail that is not sent.
pub async fn queued(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<QueuedMail>> {
    mails::table
        .find(id)
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .select(QueuedMail::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// How many mails are not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct QueueCounts {
    /// Not tried yet.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Tried, and to be tried again.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// Given up.
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
}

/// Counts what is not sent.
pub async fn count_queue(mut conn: &AsyncPgConnection) -> QueryResult<QueueCounts> {
    diesel::sql_query(
        "SELECT count(*) FILTER (WHERE dropped_at IS NULL AND attempts = 0) AS waiting,
                count(*) FILTER (WHERE dropped_at IS NULL AND attempts > 0) AS failed,
                count(*) FILTER (WHERE dropped_at IS NOT NULL) AS dead
         FROM mails WHERE sealed IS NOT NULL AND NOT decoy",
    )
    .get_result(&mut conn)
    .await
}

/// Makes one mail, or all, due now: what waits for its next attempt and what was given up, whose
/// attempts then count from nothing. What is due before `soon` anyway is left alone, as a worker may
/// have it in its hands; so is what has expired. Returns how many changed.
pub async fn make_due(
    mut conn: &AsyncPgConnection,
    id: Option<Uuid>,
    now: DateTime<Utc>,
    soon: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE mails SET next_attempt_at = $1, dropped_at = NULL,
                attempts = CASE WHEN dropped_at IS NULL THEN attempts ELSE 0 END
         WHERE sealed IS NOT NULL AND NOT decoy AND ($3 IS NULL OR id = $3)
           AND (dropped_at IS NOT NULL OR next_attempt_at > $2)
           AND (expires_at IS NULL OR expires_at > $1)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(soon)
    .bind::<Nullable<SqlUuid>, _>(id)
    .execute(&mut conn)
    .await
}
