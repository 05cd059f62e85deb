//! Events whose mail has a link, with the account as it was just before each.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{min, sql},
    prelude::*,
    sql_types::{Array, Binary},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{
        Transaction,
        schema::{undo_points as points, users},
    },
    domain::accounts::undo::{Change, Step},
};

#[derive(Debug, Insertable)]
#[diesel(table_name = points)]
pub struct NewPoint<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The kind of the mail.
    pub kind: &'a str,
    pub change: &'a str,
    /// Whether the account had known the browser for long.
    pub by_known_browser: bool,
    pub happened_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The account just before the event, sealed for this table, row and column.
    pub sealed: &'a [u8],
}

pub async fn insert(tx: &Transaction<'_>, new: &NewPoint<'_>) -> QueryResult<()> {
    diesel::insert_into(points::table)
        .values(new)
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The hash of a user's password; `None` if there is no such user.
pub async fn password_hash(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
) -> QueryResult<Option<String>> {
    users::table
        .find(user_id)
        .select(users::password_hash)
        .first(&mut conn)
        .await
        .optional()
}

/// An event that can be undone.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = points, check_for_backend(diesel::pg::Pg))]
pub struct Point {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The order among the events of the user.
    pub number: i64,
    pub kind: String,
    pub happened_at: DateTime<Utc>,
    pub sealed: Vec<u8>,
    /// When the link was first used.
    pub used_at: Option<DateTime<Utc>>,
}

/// The event of a link that is not dead.
pub async fn find(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<Point>> {
    points::table
        .filter(points::id.eq(id).and(points::user_id.eq(user_id)))
        .filter(points::ended_at.is_null().and(points::expires_at.gt(now)))
        .select(Point::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// Whether a link that is not dead may put a lost second factor of this user back.
pub async fn may_return_factor(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let lost = points::table
        .filter(points::user_id.eq(user_id))
        .filter(points::change.eq(Change::FactorLost.as_str()))
        .filter(points::ended_at.is_null().and(points::expires_at.gt(now)));
    diesel::select(diesel::dsl::exists(lost))
        .get_result(&mut conn)
        .await
}

/// The events of a user from a number on, with their ids, in their order.
pub async fn steps_from(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    number: i64,
) -> QueryResult<Vec<(Uuid, Step)>> {
    let rows: Vec<(Uuid, String, bool)> = points::table
        .filter(points::user_id.eq(user_id).and(points::number.ge(number)))
        // The others decide nothing, and strangers can cause any number of them.
        .filter(
            points::number
                .eq(number)
                .or(points::change.ne_all([Change::Nothing.as_str(), Change::Password.as_str()])),
        )
        .order(points::number)
        .select((points::id, points::change, points::by_known_browser))
        .load(&mut conn)
        .await?;
    let steps = rows.into_iter().map(|(id, change, by_known_browser)| {
        let change = Change::from_word(&change).unwrap_or(Change::Nothing);
        let step = Step {
            change,
            by_known_browser,
        };
        (id, step)
    });
    Ok(steps.collect())
}

/// The sealed account of an event.
pub async fn sealed(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Vec<u8>> {
    points::table
        .find(id)
        .select(points::sealed)
        .first(&mut conn)
        .await
}

/// How a link is used.
#[derive(Debug, Clone, Copy)]
pub enum Use<'a> {
    /// Without a proof: once.
    Unproven,
    /// With this code alone; it stays alive.
    Code(&'a [u8]),
    /// With the full proof, and the code that is a part of it. The link is dead afterwards.
    Proven(Option<&'a [u8]>),
}

/// What a use of a link found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Whether it is the first use.
    pub is_first: bool,
}

/// Uses a link; `None` if it is dead, or was used already where no proof is given. The user is locked by this
/// transaction.
pub async fn use_link(
    tx: &Transaction<'_>,
    point: &Point,
    how: Use<'_>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Used>> {
    let living = points::id.eq(point.id).and(points::ended_at.is_null());
    let living = living.and(points::expires_at.gt(now));
    let mut conn = tx.connection();
    let first = diesel::update(points::table.filter(living.and(points::used_at.is_null())))
        .set(points::used_at.eq(now))
        .execute(&mut conn)
        .await?;
    let used = Used {
        is_first: first == 1,
    };
    match how {
        Use::Unproven => Ok(used.is_first.then_some(used)),
        Use::Code(code) => {
            let is_spent = spend(tx, point.id, code, now).await?;
            Ok(is_spent.then_some(used))
        }
        Use::Proven(code) => {
            if let Some(code) = code {
                spend(tx, point.id, code, now).await?;
            }
            let rows = diesel::update(points::table.filter(living))
                .set(points::ended_at.eq(now))
                .execute(&mut conn)
                .await?;
            end_later(tx, point, now).await?;
            Ok((rows == 1).then_some(used))
        }
    }
}

/// Notes a code that a living link accepts; `false` if it is dead.
async fn spend(
    tx: &Transaction<'_>,
    id: Uuid,
    code: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let codes = sql::<Array<Binary>>("array_append(spent, ")
        .bind::<Binary, _>(code)
        .sql(")");
    let living = points::ended_at.is_null().and(points::expires_at.gt(now));
    let rows = diesel::update(points::table.find(id).filter(living))
        .set(points::spent.eq(codes))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Ends the links of later events.
async fn end_later(tx: &Transaction<'_>, point: &Point, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(points::table)
        .filter(
            points::user_id
                .eq(point.user_id)
                .and(points::number.gt(point.number)),
        )
        .filter(points::ended_at.is_null())
        .set(points::ended_at.eq(now))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Notes that these events were undone: from now on they changed nothing.
pub async fn forget_changes(tx: &Transaction<'_>, ids: &[Uuid]) -> QueryResult<()> {
    diesel::update(points::table.filter(points::id.eq_any(ids)))
        .set(points::change.eq(Change::Nothing.as_str()))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The number of the event whose link was first used at this time, which is when a link froze the account; `None` if it
/// has expired.
pub async fn number_used_at(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<Option<i64>> {
    points::table
        .filter(points::user_id.eq(user_id).and(points::used_at.eq(at)))
        .select(min(points::number))
        .first(&mut conn)
        .await
}

/// The codes that the links of this user have accepted.
pub async fn spent(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Vec<Vec<u8>>> {
    let codes: Vec<Vec<Vec<u8>>> = points::table
        .filter(points::user_id.eq(user_id))
        .filter(points::spent.ne(Vec::<Vec<u8>>::new()))
        .select(points::spent)
        .load(&mut conn)
        .await?;
    Ok(codes.concat())
}
