//! The outbox.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{case_when, count_star, min, sql},
    prelude::*,
    sql_types::{Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::mails};

/// The kind of messages to phones, which a gateway sends.
pub const TEXT_KIND: &str = "phone_code";

/// A mail to be written to the outbox.
#[derive(Debug, Insertable)]
#[diesel(table_name = mails)]
pub struct NewMail<'a> {
    pub id: Uuid,
    pub user_id: Option<Uuid>,
    pub kind: &'a str,
    /// Never to be sent.
    pub decoy: bool,
    /// The rendered mail, sealed for this table, row and column.
    pub sealed: &'a [u8],
    pub next_attempt_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// The result of a cap or a merge for a mail.
#[derive(Debug, Clone, Copy)]
pub struct Verdict {
    /// A cap was reached: the mail is written like any other, and never sent.
    pub capped: bool,
    /// The key with which the next event of its kind may replace it until it is sent.
    pub merge_key: Option<Uuid>,
    /// How many events it reports.
    pub merged: i32,
    /// The undo point of its link.
    pub undo_id: Option<Uuid>,
}

/// Writes a mail to the outbox, without a rule.
pub async fn insert(tx: &Transaction<'_>, mail: &NewMail<'_>) -> QueryResult<()> {
    let free = Verdict {
        capped: false,
        merge_key: None,
        merged: 1,
        undo_id: None,
    };
    insert_judged(tx, mail, free).await
}

/// Writes a mail to the outbox. If its account does not exist any more, for example because its import was
/// undone, the mail becomes a decoy: the statement checks the account itself, and locks it.
pub async fn insert_judged(
    tx: &Transaction<'_>,
    mail: &NewMail<'_>,
    verdict: Verdict,
) -> QueryResult<()> {
    // A mail without an account looks for one that does not exist, which costs the same.
    diesel::sql_query(
        "WITH account AS (SELECT id FROM users WHERE id = coalesce($2, $1) FOR KEY SHARE),
              gone AS (SELECT $2 IS NOT NULL AND NOT EXISTS (SELECT FROM account) AS it)
         INSERT INTO mails (id, user_id, kind, decoy, capped, merge_key, merged, sealed,
                            next_attempt_at, expires_at, created_at, undo_id)
         SELECT $1, (SELECT id FROM account), $3, $4 OR $5 OR gone.it,
                $5 AND NOT $4 AND NOT gone.it, $6, $7, $8, $9, $10, $11, $12 FROM gone",
    )
    .bind::<SqlUuid, _>(mail.id)
    .bind::<Nullable<SqlUuid>, _>(mail.user_id)
    .bind::<Text, _>(mail.kind)
    .bind::<Bool, _>(mail.decoy)
    .bind::<Bool, _>(verdict.capped)
    .bind::<Nullable<SqlUuid>, _>(verdict.merge_key)
    .bind::<Integer, _>(verdict.merged)
    .bind::<Bytea, _>(mail.sealed)
    .bind::<Timestamptz, _>(mail.next_attempt_at)
    .bind::<Nullable<Timestamptz>, _>(mail.expires_at)
    .bind::<Timestamptz, _>(mail.created_at)
    .bind::<Nullable<SqlUuid>, _>(verdict.undo_id)
    .prepared()
    .execute(&mut tx.connection())
    .await?;
    Ok(())
}

/// Keeps an account from being deleted until the transaction ends; no account costs the same.
pub async fn hold_account(mut conn: &AsyncPgConnection, user: Option<Uuid>) -> QueryResult<()> {
    diesel::sql_query("SELECT FROM users WHERE id = $1 FOR KEY SHARE")
        .bind::<SqlUuid, _>(user.unwrap_or_default())
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Writes many mails to the outbox: each has eight values, and a statement may have 65,535.
pub async fn insert_all(tx: &Transaction<'_>, mails: &[NewMail<'_>]) -> QueryResult<()> {
    diesel::insert_into(mails::table)
        .values(mails)
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// A mail that a worker took.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct TakenMail {
    pub id: Uuid,
    pub kind: String,
    /// Never to be sent.
    pub decoy: bool,
    /// Not sent, since a cap was reached.
    pub capped: bool,
    /// How many events it reports.
    pub merged: i32,
    /// The rendered mail, sealed.
    pub sealed: Option<Vec<u8>>,
    pub attempts: i32,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a worker takes from the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Mails, and expired messages, which any node can drop.
    Mails,
    /// Messages to phones.
    Texts,
}

/// Takes up to `limit` mails that are due, and leases them until `lease_until`: if a worker dies, another
/// one takes its mails after that.
pub async fn take_due(
    tx: &Transaction<'_>,
    queue: Queue,
    limit: i64,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> QueryResult<Vec<TakenMail>> {
    let is_text = sql::<Bool>("(kind = ")
        .bind::<Text, _>(TEXT_KIND)
        .sql(" AND expires_at > ")
        .bind::<Timestamptz, _>(now)
        .sql(") = ")
        .bind::<Bool, _>(queue == Queue::Texts);
    let due = mails::table
        .filter(is_text)
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
    let ids: Vec<Uuid> = due.prepared().load(&mut tx.connection()).await?;
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
        .prepared()
        .get_results(&mut tx.connection())
        .await
}

/// The number of mails that are waiting to be sent, and since when the oldest of them has waited.
pub async fn waiting(mut conn: &AsyncPgConnection) -> QueryResult<(i64, Option<DateTime<Utc>>)> {
    // A security mail that waits for the hour after the last one of its kind is not late.
    let since = case_when(
        mails::merge_key.is_not_null().and(mails::attempts.eq(0)),
        mails::next_attempt_at,
    )
    .otherwise(mails::created_at);
    mails::table
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .filter(mails::dropped_at.is_null())
        .select((count_star(), min(since)))
        .get_result(&mut conn)
        .await
}

/// Marks a mail as sent to the mail server, and deletes its text.
pub async fn mark_sent(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .filter(mails::sealed.is_not_null())
        .set((mails::sent_at.eq(at), mails::sealed.eq(None::<Vec<u8>>)))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The row of a mail that was taken, unless another worker has taken it since.
#[diesel::dsl::auto_type]
fn taken(mail: &TakenMail) -> _ {
    let id: Uuid = mail.id;
    let attempts: i32 = mail.attempts;
    mails::table
        .filter(mails::id.eq(id))
        .filter(mails::attempts.eq(attempts))
        .filter(mails::sealed.is_not_null())
}

/// Extends the lease of a mail that is being sent.
pub async fn hold(
    mut conn: &AsyncPgConnection,
    mail: &TakenMail,
    lease_until: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(taken(mail))
        .set(mails::next_attempt_at.eq(lease_until))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Marks a mail as never to be sent, and deletes its text.
pub async fn mark_dropped(
    mut conn: &AsyncPgConnection,
    mail: &TakenMail,
    why: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(taken(mail))
        .set((
            mails::dropped_at.eq(at),
            mails::sealed.eq(None::<Vec<u8>>),
            mails::last_error.eq(why),
        ))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Drops the messages to a user's phone that were not sent yet.
pub async fn drop_unsent_texts(
    tx: &Transaction<'_>,
    user_id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table)
        .filter(mails::user_id.eq(user_id).and(mails::kind.eq(TEXT_KIND)))
        .filter(mails::sealed.is_not_null())
        .set((
            mails::dropped_at.eq(at),
            mails::sealed.eq(None::<Vec<u8>>),
            mails::last_error.eq("a later code takes its place"),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Marks a mail as failed. Its sealed text is kept, so that an operator can have it sent again.
pub async fn mark_given_up(
    mut conn: &AsyncPgConnection,
    mail: &TakenMail,
    why: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(taken(mail))
        .set((mails::dropped_at.eq(at), mails::last_error.eq(why)))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Records a failed attempt; the mail is due again at `next_attempt_at`.
pub async fn mark_failed(
    mut conn: &AsyncPgConnection,
    mail: &TakenMail,
    why: &str,
    next_attempt_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(taken(mail))
        .set((
            mails::next_attempt_at.eq(next_attempt_at),
            mails::last_error.eq(why),
        ))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A mail as admins see it: its state, never its text.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct MailRow {
    pub id: Uuid,
    pub kind: String,
    pub created_at: DateTime<Utc>,
    /// When the mail server accepted it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it failed for good.
    pub dropped_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempts: i32,
    /// The error of the last attempt.
    pub last_error: Option<String>,
}

/// The latest mails to a user, newest first; if a time and an id are given, those after that position.
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
