//! Accounts that were selected for an act, until the admin confirms it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, schema::bulk_selections};

/// The most selections of an admin; older ones are deleted.
const MOST: i64 = 5;

/// A selection to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = bulk_selections)]
pub struct NewSelection<'a> {
    pub id: Uuid,
    pub admin_id: Uuid,
    pub made_at: DateTime<Utc>,
    /// The ids of the accounts.
    pub selected: &'a [Uuid],
}

/// Stores a selection, and deletes the admin's oldest ones.
pub async fn insert(tx: &Transaction<'_>, new: &NewSelection<'_>) -> QueryResult<()> {
    diesel::insert_into(bulk_selections::table)
        .values(new)
        .execute(&mut tx.connection())
        .await?;
    let old: Vec<Uuid> = bulk_selections::table
        .filter(bulk_selections::admin_id.eq(new.admin_id))
        .order((bulk_selections::made_at.desc(), bulk_selections::id))
        .offset(MOST)
        .select(bulk_selections::id)
        .load(&mut tx.connection())
        .await?;
    if !old.is_empty() {
        diesel::delete(bulk_selections::table.filter(bulk_selections::id.eq_any(old)))
            .execute(&mut tx.connection())
            .await?;
    }
    Ok(())
}

/// The accounts of a selection that this admin made after `since`.
pub async fn find(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    admin_id: Uuid,
    since: DateTime<Utc>,
) -> QueryResult<Option<Vec<Uuid>>> {
    bulk_selections::table
        .find(id)
        .filter(bulk_selections::admin_id.eq(admin_id))
        .filter(bulk_selections::made_at.gt(since))
        .select(bulk_selections::selected)
        .first(&mut conn)
        .await
        .optional()
}

/// The same, and deletes the selection.
pub async fn take(
    tx: &Transaction<'_>,
    id: Uuid,
    admin_id: Uuid,
    since: DateTime<Utc>,
) -> QueryResult<Option<Vec<Uuid>>> {
    diesel::delete(bulk_selections::table.find(id))
        .filter(bulk_selections::admin_id.eq(admin_id))
        .filter(bulk_selections::made_at.gt(since))
        .returning(bulk_selections::selected)
        .get_result(&mut tx.connection())
        .await
        .optional()
}
