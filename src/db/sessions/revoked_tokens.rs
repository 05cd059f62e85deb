//! The revocation list: tokens that were used or revoked before their expiry.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{
    db::{Transaction, prepared::Prepare, schema::revoked_tokens},
    domain::token::Claims,
};

/// Puts a token on the list; `false` if it was on it already.
///
/// This is how a one-time token is used up: of concurrent transactions, exactly one gets `true`.
pub async fn insert(tx: &Transaction<'_>, claims: &Claims) -> QueryResult<bool> {
    use_up(tx, &claims.token_id, claims.expires_at).await
}

/// The same for a token that is known by its id alone.
pub async fn use_up(
    tx: &Transaction<'_>,
    token_id: &str,
    expires_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::insert_into(revoked_tokens::table)
        .values((
            revoked_tokens::token_id.eq(token_id),
            revoked_tokens::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
