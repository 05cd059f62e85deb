//! TOTP authenticators.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{not, sql},
    prelude::*,
    sql_types::{Array, BigInt},
    upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::totp_authenticators as totp};

/// A row of an authenticator.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = totp, check_for_backend(diesel::pg::Pg))]
pub struct TotpRow {
    /// The secret, sealed for this table, row and column.
    pub secret: Vec<u8>,
    /// The last step accepted.
    pub last_step: i64,
    /// Steps that will never be accepted.
    pub refused_steps: Vec<i64>,
    /// When its first code was accepted.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// The authenticator of a user.
pub async fn find(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Option<TotpRow>> {
    totp::table
        .filter(totp::user_id.eq(user_id))
        .select(TotpRow::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The same, locked until the transaction ends, so that its secret is not sealed again.
pub async fn hold(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<Option<TotpRow>> {
    totp::table
        .filter(totp::user_id.eq(user_id))
        .select(TotpRow::as_select())
        .for_no_key_update()
        .first(&mut tx.connection())
        .await
        .optional()
}

/// Starts an enrolment, or starts it again; `false` if a confirmed authenticator exists.
pub async fn begin(
    tx: &Transaction<'_>,
    user_id: Uuid,
    sealed_secret: &[u8],
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let upsert = diesel::insert_into(totp::table)
        .values((
            totp::user_id.eq(user_id),
            totp::secret.eq(sealed_secret),
            totp::created_at.eq(at),
        ))
        .on_conflict(totp::user_id)
        .do_update()
        .set((
            totp::secret.eq(excluded(totp::secret)),
            totp::created_at.eq(excluded(totp::created_at)),
            totp::last_step.eq(0),
            totp::refused_steps.eq(Vec::<i64>::new()),
        ));
    let rows = diesel::query_dsl::methods::FilterDsl::filter(upsert, totp::confirmed_at.is_null())
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Confirms an enrolment with the code of `step`, which counts as used. `sealed_secret` is the secret that
/// the code was checked against: an enrolment that was started again since is not confirmed.
pub async fn confirm(
    tx: &Transaction<'_>,
    user_id: Uuid,
    sealed_secret: &[u8],
    step: i64,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(totp::table)
        .filter(
            totp::user_id
                .eq(user_id)
                .and(totp::secret.eq(sealed_secret)),
        )
        .filter(totp::confirmed_at.is_null().and(totp::last_step.lt(step)))
        .set((totp::last_step.eq(step), totp::confirmed_at.eq(at)))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Accepts a step, once; `false` if it or a later one was accepted, or if it is refused for good.
pub async fn accept_step(
    tx: &Transaction<'_>,
    user_id: Uuid,
    sealed_secret: &[u8],
    step: i64,
) -> QueryResult<bool> {
    let refused = sql::<diesel::sql_types::Bool>("")
        .bind::<BigInt, _>(step)
        .sql(" = ANY(refused_steps)");
    let rows = diesel::update(totp::table)
        .filter(
            totp::user_id
                .eq(user_id)
                .and(totp::secret.eq(sealed_secret)),
        )
        .filter(
            totp::confirmed_at
                .is_not_null()
                .and(totp::last_step.lt(step)),
        )
        .filter(not(refused))
        .set(totp::last_step.eq(step))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Refuses a step for good. The list stays short, since old steps can be dropped.
pub async fn refuse_step(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    step: i64,
) -> QueryResult<()> {
    let shortened =
        sql::<Array<BigInt>>("(ARRAY(SELECT s FROM unnest(array_append(refused_steps, ")
            .bind::<BigInt, _>(step)
            .sql(")) AS s GROUP BY s ORDER BY s DESC LIMIT 32))");
    diesel::update(totp::table)
        .filter(totp::user_id.eq(user_id))
        .set(totp::refused_steps.eq(shortened))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Removes the authenticator; `false` if there was no confirmed one.
pub async fn delete_confirmed(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<bool> {
    let rows = diesel::delete(totp::table)
        .filter(
            totp::user_id
                .eq(user_id)
                .and(totp::confirmed_at.is_not_null()),
        )
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Deletes an enrolment that was not confirmed.
pub async fn delete_pending(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::delete(totp::table)
        .filter(totp::user_id.eq(user_id).and(totp::confirmed_at.is_null()))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Gives a user a confirmed authenticator, in the place of any other.
pub async fn put_back(
    tx: &Transaction<'_>,
    user_id: Uuid,
    row: &TotpRow,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    delete_confirmed(tx, user_id).await?;
    delete_pending(tx, user_id).await?;
    diesel::insert_into(totp::table)
        .values((
            totp::user_id.eq(user_id),
            totp::secret.eq(&row.secret),
            totp::last_step.eq(row.last_step),
            totp::refused_steps.eq(&row.refused_steps),
            totp::confirmed_at.eq(row.confirmed_at),
            totp::created_at.eq(at),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
