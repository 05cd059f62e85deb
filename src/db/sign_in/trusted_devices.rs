//! Browsers that a user trusts. A row with an earlier `rev` than the user's is invalid.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::db::{
    Transaction,
    prepared::Prepare,
    schema::{trusted_devices as trusted, users},
};

#[derive(Debug, Insertable)]
#[diesel(table_name = trusted)]
pub struct NewTrusted<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    /// SHA-256 of its secret.
    pub secret_hash: &'a [u8],
    /// The user's `revocation_id`, locked by this transaction.
    pub rev: i64,
    pub created_at: DateTime<Utc>,
    /// The end of the trust.
    pub expires_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<&'a str>,
}

pub async fn insert(tx: &Transaction<'_>, new: &NewTrusted<'_>) -> QueryResult<()> {
    diesel::insert_into(trusted::table)
        .values(new)
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Ends the trust of a user in a browser that is about to be trusted again. Returns the hashes of the
/// secrets that are invalid now.
pub async fn forget(
    tx: &Transaction<'_>,
    user_id: Uuid,
    secret_hashes: &[Vec<u8>],
) -> QueryResult<Vec<Vec<u8>>> {
    diesel::delete(trusted::table)
        .filter(trusted::user_id.eq(user_id))
        .filter(trusted::secret_hash.eq_any(secret_hashes))
        .returning(trusted::secret_hash)
        .get_results(&mut tx.connection())
        .await
}

/// A sign-in with a device cookie, after the right password.
#[derive(Debug)]
pub struct Use<'a> {
    pub user_id: Uuid,
    /// The `rev` that was read with the password.
    pub rev: i64,
    /// SHA-256 of each of its secrets.
    pub secret_hashes: &'a [Vec<u8>],
    pub at: DateTime<Utc>,
    pub ip: IpNet,
    pub user_agent: Option<&'a str>,
}

/// Records a sign-in; `false` if this user does not trust the browser.
pub async fn note_use(tx: &Transaction<'_>, used: &Use<'_>) -> QueryResult<bool> {
    let rows = diesel::update(trusted::table)
        .filter(
            trusted::user_id
                .eq(used.user_id)
                .and(trusted::secret_hash.eq_any(used.secret_hashes)),
        )
        .filter(
            trusted::rev
                .eq(used.rev)
                .and(trusted::expires_at.gt(used.at)),
        )
        .set((
            trusted::last_used_at.eq(used.at),
            trusted::ip.eq(used.ip),
            trusted::user_agent.eq(used.user_agent),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows > 0)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted, check_for_backend(diesel::pg::Pg))]
pub struct TrustedRow {
    pub id: Uuid,
    /// SHA-256 of its secret.
    pub secret_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// The end of the trust.
    pub expires_at: DateTime<Utc>,
    /// The last sign-in with it.
    pub last_used_at: DateTime<Utc>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
}

/// Up to `limit` browsers that a user currently trusts, the last used first.
pub async fn living_of(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    at: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<TrustedRow>> {
    trusted::table
        .inner_join(users::table)
        .filter(trusted::user_id.eq(user_id).and(trusted::expires_at.gt(at)))
        .filter(trusted::rev.eq(users::revocation_id))
        .order((trusted::last_used_at.desc(), trusted::id.desc()))
        .limit(limit)
        .select(TrustedRow::as_select())
        .load(&mut conn)
        .await
}

/// Ends the trust of a user in one browser; `false` if there is none with this id.
pub async fn delete(
    tx: &Transaction<'_>,
    id: Uuid,
    user_id: Uuid,
    rev: i64,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::delete(trusted::table)
        .filter(trusted::id.eq(id).and(trusted::user_id.eq(user_id)))
        .filter(trusted::rev.eq(rev).and(trusted::expires_at.gt(at)))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Ends the trust of a user, locked by this transaction, in every browser beyond the `most` last used.
/// Returns the ids of the deleted rows.
pub async fn forget_past(tx: &Transaction<'_>, user_id: Uuid, most: i64) -> QueryResult<Vec<Uuid>> {
    let past: Vec<Uuid> = trusted::table
        .filter(trusted::user_id.eq(user_id))
        .order((trusted::last_used_at.desc(), trusted::id.desc()))
        .offset(most)
        .select(trusted::id)
        .load(&mut tx.connection())
        .await?;
    if past.is_empty() {
        return Ok(past);
    }
    diesel::delete(trusted::table.filter(trusted::id.eq_any(past)))
        .returning(trusted::id)
        .get_results(&mut tx.connection())
        .await
}

/// Ends the trust of a user in every browser except those with these secrets. Returns the ids of the
/// deleted rows.
pub async fn delete_others(
    tx: &Transaction<'_>,
    user_id: Uuid,
    kept: &[Vec<u8>],
) -> QueryResult<Vec<Uuid>> {
    diesel::delete(trusted::table)
        .filter(trusted::user_id.eq(user_id))
        .filter(trusted::secret_hash.ne_all(kept))
        .returning(trusted::id)
        .get_results(&mut tx.connection())
        .await
}

/// Deletes rows with an earlier `rev` than their user's, among the next thousand on either side of a
/// position in the table. Returns their number. A row alone does not show that it is invalid, so each
/// round reads a limited part; rounds at random positions eventually cover the table.
pub async fn forget_dead(mut conn: &AsyncPgConnection, place: Uuid) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM trusted_devices WHERE id = ANY(ARRAY(
            SELECT t.id FROM trusted_devices t JOIN users u ON u.id = t.user_id
            WHERE t.rev <> u.revocation_id AND t.id IN (
                (SELECT id FROM trusted_devices WHERE id >= $1 ORDER BY id LIMIT 1000)
                UNION ALL
                (SELECT id FROM trusted_devices WHERE id < $1 ORDER BY id DESC LIMIT 1000))
            FOR UPDATE OF t SKIP LOCKED))",
    )
    .bind::<diesel::sql_types::Uuid, _>(place)
    .prepared()
    .execute(&mut conn)
    .await
}
