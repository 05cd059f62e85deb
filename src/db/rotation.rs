//! The rotation of a refresh token, in one statement.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::AsSelect,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Binary, Bool, Inet, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use super::users::{UserRecord, UserRow};

/// The next refresh token of a session, and the one it replaces.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// Session.
    pub id: Uuid,
    /// Its user.
    pub user_id: Uuid,
    /// The generation of the token presented.
    pub generation: i64,
    /// SHA-256 of the token presented.
    pub token_hash: &'a [u8],
    /// The issue time of the token presented.
    pub presented_issued_at: DateTime<Utc>,
    /// The user's `revocation_id` that the pair carries.
    pub rev: i64,
    /// SHA-256 of the successor.
    pub next_hash: &'a [u8],
    /// Its `jti`.
    pub next_jti: &'a str,
    /// Its issue time.
    pub issued_at: DateTime<Utc>,
    /// Its expiry.
    pub expires_at: DateTime<Utc>,
    /// Where the client is now.
    pub ip: Option<IpNet>,
    /// Its user agent now.
    pub user_agent: Option<&'a str>,
}

/// What the rotation found beside the session's token.
#[derive(Debug)]
pub struct Rotated {
    /// The user.
    pub user: UserRecord,
    /// Whether the cookies outlive the browser.
    pub remembered: bool,
}

/// Rotates. `None` where anything that the pair rests on is otherwise: somebody else was quicker,
/// session or `rev` ended, the user is disabled, the password changed since either token was
/// issued, or the successor would outlive the session. The statement then did nothing.
pub async fn rotate(
    mut conn: &AsyncPgConnection,
    rotation: Rotation<'_>,
) -> QueryResult<Option<Rotated>> {
    let statement = Statement {
        cutoff_before: rotation.presented_issued_at.min(rotation.issued_at),
        rotation,
        user_columns: UserRow::as_select(),
    };
    let row: Option<(bool, UserRow, Option<DateTime<Utc>>)> =
        statement.get_result(&mut conn).await.optional()?;
    Ok(row.map(|(remembered, user, totp_confirmed_at)| Rotated {
        user: user.with_totp(totp_confirmed_at),
        remembered,
    }))
}

/// Diesel's own words know no `UPDATE ... FROM`, which answers with the user in the same statement.
struct Statement<'a> {
    rotation: Rotation<'a>,
    cutoff_before: DateTime<Utc>,
    user_columns: AsSelect<UserRow, Pg>,
}

impl QueryId for Statement<'_> {
    type QueryId = Statement<'static>;
    /// The text never varies, so the statement is prepared once a connection.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Statement<'_> {
    type SqlType = (
        Bool,
        <AsSelect<UserRow, Pg> as Expression>::SqlType,
        Nullable<Timestamptz>,
    );
}

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let next = &self.rotation;
        out.push_sql("UPDATE sessions SET generation = sessions.generation + 1, rotated_at = now(), previous_token_hash = sessions.token_hash, token_hash = ");
        out.push_bind_param::<Binary, _>(next.next_hash)?;
        out.push_sql(", jti = ");
        out.push_bind_param::<Text, _>(next.next_jti)?;
        out.push_sql(", issued_at = ");
        out.push_bind_param::<Timestamptz, _>(&next.issued_at)?;
        out.push_sql(", expires_at = ");
        out.push_bind_param::<Timestamptz, _>(&next.expires_at)?;
        out.push_sql(", last_seen_at = ");
        out.push_bind_param::<Timestamptz, _>(&next.issued_at)?;
        out.push_sql(", ip = ");
        out.push_bind_param::<Nullable<Inet>, _>(&next.ip)?;
        out.push_sql(", user_agent = ");
        out.push_bind_param::<Nullable<Text>, _>(&next.user_agent)?;
        out.push_sql(" FROM users LEFT JOIN totp_authenticators ON totp_authenticators.user_id = users.id WHERE sessions.id = ");
        out.push_bind_param::<SqlUuid, _>(&next.id)?;
        out.push_sql(" AND sessions.generation = ");
        out.push_bind_param::<BigInt, _>(&next.generation)?;
        out.push_sql(" AND sessions.token_hash = ");
        out.push_bind_param::<Binary, _>(next.token_hash)?;
        out.push_sql(" AND sessions.revoked_at IS NULL AND sessions.expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&next.issued_at)?;
        // Not `>=`: with old statistics Postgres would take the index on this column, and walk it.
        out.push_sql(" AND LEAST(sessions.absolute_expires_at, ");
        out.push_bind_param::<Timestamptz, _>(&next.expires_at)?;
        out.push_sql(") = ");
        out.push_bind_param::<Timestamptz, _>(&next.expires_at)?;
        out.push_sql(" AND sessions.user_id = users.id AND users.id = ");
        out.push_bind_param::<SqlUuid, _>(&next.user_id)?;
        out.push_sql(" AND users.revocation_id = ");
        out.push_bind_param::<BigInt, _>(&next.rev)?;
        out.push_sql(" AND users.disabled_at IS NULL AND (users.password_changed_at IS NULL OR users.password_changed_at < ");
        out.push_bind_param::<Timestamptz, _>(&self.cutoff_before)?;
        out.push_sql(") RETURNING sessions.remembered, ");
        self.user_columns.walk_ast(out.reborrow())?;
        out.push_sql(", totp_authenticators.confirmed_at");
        Ok(())
    }
}
