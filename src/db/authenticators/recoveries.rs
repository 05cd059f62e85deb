//! Recoveries of accounts whose second factor is lost.
//!
//! A recovery ends with whatever raises the user's `revocation_id`, and when its link expires. Every statement here
//! checks both, so no row has to be deleted at that moment.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::min,
    prelude::*,
    sql_query,
    sql_types::{Binary, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::{
    db::{
        Transaction,
        prepared::Prepare,
        schema::{mails, recoveries},
    },
    domain::authenticators::recovery::Recovery,
};

#[derive(Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = recoveries, check_for_backend(diesel::pg::Pg))]
struct Row {
    user_id: Uuid,
    rev: i64,
    started_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    ip: Option<IpNet>,
    user_agent: Option<String>,
    reminded_at: Option<DateTime<Utc>>,
    link_expires_at: Option<DateTime<Utc>>,
}

impl From<Row> for Recovery {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.user_id,
            rev: row.rev,
            started_at: row.started_at,
            ends_at: row.ends_at,
            ip: row.ip.map(|network| network.addr()),
            user_agent: row.user_agent,
            reminded_at: row.reminded_at,
            link_expires_at: row.link_expires_at,
        }
    }
}

/// The columns of [`Row`]. A statement that stays prepared fails once `*` means more of them.
const COLUMNS: &str = "r.user_id, r.rev, r.started_at, r.ends_at, r.ip, r.user_agent, r.reminded_at, r.link_expires_at";

/// What a recovery `r` of a user `u` has to fulfil at the time `$2`.
const WAITS: &str = "u.id = r.user_id AND u.revocation_id = r.rev AND u.disabled_at IS NULL
    AND (r.link_expires_at IS NULL OR r.link_expires_at > $2)";

/// The recovery of a user that waits, or whose link works.
pub async fn waiting(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<Recovery>> {
    let found: Option<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM recoveries AS r, users AS u WHERE r.user_id = $1 AND {WAITS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .prepared()
    .get_result(&mut conn)
    .await
    .optional()?;
    Ok(found.map(Row::into))
}

/// The recovery whose mailed link has this hash, while it works.
pub async fn of_link(
    mut conn: &AsyncPgConnection,
    link_hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Recovery>> {
    let found: Option<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM recoveries AS r, users AS u WHERE r.link_hash = $1 AND {WAITS}"
    ))
    .bind::<Binary, _>(link_hash)
    .bind::<Timestamptz, _>(now)
    .prepared()
    .get_result(&mut conn)
    .await
    .optional()?;
    Ok(found.map(Row::into))
}

/// Starts a recovery of a user locked by this transaction; `false` if there is one already, which does not change.
pub async fn start(tx: &Transaction<'_>, new: &Recovery) -> QueryResult<bool> {
    let mut conn = tx.connection();
    let row = Row {
        user_id: new.user_id,
        rev: new.rev,
        started_at: new.started_at,
        ends_at: new.ends_at,
        ip: new.ip.map(IpNet::from),
        user_agent: new.user_agent.clone(),
        reminded_at: None,
        link_expires_at: None,
    };
    let rows = diesel::insert_into(recoveries::table)
        .values(row)
        .on_conflict_do_nothing()
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(rows == 1)
}

/// Ends the recovery of a user, if one waits; `false` if none does.
pub async fn cancel(tx: &Transaction<'_>, user_id: Uuid, now: DateTime<Utc>) -> QueryResult<bool> {
    let rows = sql_query(format!(
        "DELETE FROM recoveries AS r USING users AS u WHERE r.user_id = $1 AND {WAITS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .prepared()
    .execute(&mut tx.connection())
    .await?;
    Ok(rows == 1)
}

/// Ends the recovery of a user as a rise of `revocation_id` would: it is removed, and the owner told, by the next look.
pub async fn void(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::update(recoveries::table.find(user_id))
        .set(recoveries::rev.eq(-1))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Uses a mailed link up; `false` if it was used, or the recovery has ended.
pub async fn take(
    tx: &Transaction<'_>,
    user_id: Uuid,
    link_hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = sql_query(format!(
        "DELETE FROM recoveries AS r USING users AS u
         WHERE r.user_id = $1 AND r.link_hash = $3 AND {WAITS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .bind::<Binary, _>(link_hash)
    .prepared()
    .execute(&mut tx.connection())
    .await?;
    Ok(rows == 1)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
}

/// Users whose recovery is due for a mail or has ended, up to a hundred, the oldest first. The table has one row for each
/// owner who waits, so it is read as a whole.
pub async fn due(mut conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    let found: Vec<Id> = sql_query(
        "SELECT r.user_id FROM recoveries AS r JOIN users AS u ON u.id = r.user_id
         WHERE u.revocation_id <> r.rev OR u.disabled_at IS NOT NULL OR r.link_expires_at <= $1
            OR (r.link_expires_at IS NULL AND (r.ends_at <= $1 AND r.reminded_at IS NOT NULL OR (r.reminded_at IS NULL
                AND r.started_at + (r.ends_at - r.started_at) / 2 <= $1)))
         ORDER BY r.started_at LIMIT 100",
    )
    .bind::<Timestamptz, _>(now)
    .prepared()
    .load(&mut conn)
    .await?;
    Ok(found.into_iter().map(|found| found.user_id).collect())
}

/// The recovery of a user, waiting or not.
pub async fn find(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Option<Recovery>> {
    let found: Option<Row> = recoveries::table
        .find(user_id)
        .select(Row::as_select())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(Row::into))
}

/// Notes that the mail of half the delay is written; `false` if it was before.
/// The delay ends at `ends_at` from now on.
pub async fn note_reminder(
    tx: &Transaction<'_>,
    user_id: Uuid,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let unreminded = recoveries::reminded_at
        .is_null()
        .and(recoveries::link_hash.is_null());
    let rows = diesel::update(recoveries::table.find(user_id).filter(unreminded))
        .set((
            recoveries::reminded_at.eq(now),
            recoveries::ends_at.eq(ends_at),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// When the mail about the start of a recovery was sent; `None` if it was not.
pub async fn told_at(
    tx: &Transaction<'_>,
    user_id: Uuid,
    started_at: DateTime<Utc>,
) -> QueryResult<Option<DateTime<Utc>>> {
    mails::table
        .filter(mails::user_id.eq(user_id))
        .filter(mails::kind.eq("recovery_started"))
        .filter(mails::created_at.ge(started_at))
        .select(min(mails::sent_at))
        .first(&mut tx.connection())
        .await
}

/// Moves the end of a delay that is over, before its link is mailed; `false` if another node did.
pub async fn prolong(
    tx: &Transaction<'_>,
    user_id: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> QueryResult<bool> {
    let unchanged = recoveries::link_hash
        .is_null()
        .and(recoveries::ends_at.eq(from));
    let rows = diesel::update(recoveries::table.find(user_id).filter(unchanged))
        .set(recoveries::ends_at.eq(to))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes the link that is mailed at the end of the delay; `false` if one was before, or the delay is not over.
pub async fn note_link(
    tx: &Transaction<'_>,
    user_id: Uuid,
    link_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let over = recoveries::link_hash
        .is_null()
        .and(recoveries::ends_at.le(now));
    let rows = diesel::update(recoveries::table.find(user_id).filter(over))
        .set((
            recoveries::link_hash.eq(link_hash),
            recoveries::link_expires_at.eq(expires_at),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Deletes the row of a recovery that has ended by itself; `false` if another node did.
pub async fn remove(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<bool> {
    let rows = diesel::delete(recoveries::table.find(user_id))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Deletes every recovery.
pub async fn remove_all(mut conn: &AsyncPgConnection) -> QueryResult<usize> {
    diesel::delete(recoveries::table).execute(&mut conn).await
}
