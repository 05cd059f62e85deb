//! The state of a token's user and session that a request needs.
//!
//! Nearly every request needs it, so concurrent requests of a thread share one statement.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::AsSelect,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::batch::{self, Question};
use crate::{
    db::{
        Db, DbError,
        accounts::users::{
            FactorsRow, PASSKEYS_SINCE, PHONE_SINCE, TOTP_SINCE, UserRecord, UserRow,
        },
    },
    domain::token::{Claims, RevocationChecker, SessionStatus, UserStatus},
};

/// A user, the session of the token, and whether the token is on the revocation list.
#[derive(Debug)]
pub struct TokenStatus {
    pub user: UserRecord,
    /// The session, if the token names one of this user's.
    pub session: Option<SessionStatus>,
    /// When the user last reauthenticated in this session.
    pub proven_at: Option<DateTime<Utc>>,
    /// When the user last gave a second factor in this session.
    pub factor_proven_at: Option<DateTime<Utc>>,
    /// When a request of the session was last recorded.
    pub last_seen_at: Option<DateTime<Utc>>,
    token_revoked: bool,
}

impl TokenStatus {
    /// The part for judging tokens.
    pub fn user_status(&self) -> UserStatus {
        self.user.status()
    }
}

/// Answers only for the token for which it was loaded.
impl RevocationChecker for TokenStatus {
    fn is_revoked(&self, _token_id: &str) -> bool {
        self.token_revoked
    }
}

/// The status for a token's claims; `None` if the user does not exist.
pub async fn find(db: &Db, claims: &Claims) -> Result<Option<TokenStatus>, DbError> {
    let ids = Ids {
        user: claims.user_id,
        session: claims.session_id.unwrap_or_default(),
        token: claims.token_id.clone(),
    };
    batch::ask(db, &db.token_statuses, ids).await
}

pub(in crate::db) struct Ids {
    user: Uuid,
    session: Uuid,
    token: String,
}

type SessionColumns = (
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
);
type Row = (i64, bool, UserRow, FactorsRow, Option<SessionColumns>);

impl Question for Ids {
    type Answer = TokenStatus;

    async fn answer_all(db: &Db, all: &[&Self]) -> Result<HashMap<i64, TokenStatus>, DbError> {
        let query = TokenStatuses {
            user_ids: all.iter().map(|ids| ids.user).collect(),
            session_ids: all.iter().map(|ids| ids.session).collect(),
            token_ids: all.iter().map(|ids| ids.token.as_str()).collect(),
            user_columns: UserRow::as_select(),
        };
        let shared = db.shared().await?;
        let mut conn: &AsyncPgConnection = &shared;
        let rows: Vec<Row> = query.load(&mut conn).await?;
        Ok(rows.into_iter().map(status).collect())
    }
}

fn status((nth, token_revoked, user, factors, session): Row) -> (i64, TokenStatus) {
    let status = TokenStatus {
        user: user.with(factors),
        session: session.map(|(expires_at, revoked_at, ..)| SessionStatus {
            revoked: revoked_at.is_some(),
            expires_at,
        }),
        proven_at: session.map(|(_, _, proven_at, ..)| proven_at),
        factor_proven_at: session.and_then(|(.., factor_proven_at, _)| factor_proven_at),
        last_seen_at: session.map(|(.., last_seen_at)| last_seen_at),
        token_revoked,
    };
    (nth, status)
}

/// One statement for many tokens. Diesel's query builder has no `unnest` of several arrays.
struct TokenStatuses<'a> {
    user_ids: Vec<Uuid>,
    session_ids: Vec<Uuid>,
    token_ids: Vec<&'a str>,
    user_columns: AsSelect<UserRow, Pg>,
}

impl QueryId for TokenStatuses<'_> {
    type QueryId = TokenStatuses<'static>;
    /// The text never varies, so the statement is prepared once for each connection.
    const HAS_STATIC_QUERY_ID: bool = true;
}

type FactorColumns = <AsSelect<FactorsRow, Pg> as Expression>::SqlType;
type UserColumns = <AsSelect<UserRow, Pg> as Expression>::SqlType;

impl Query for TokenStatuses<'_> {
    type SqlType = (
        BigInt,
        Bool,
        UserColumns,
        FactorColumns,
        Nullable<(
            Timestamptz,
            Nullable<Timestamptz>,
            Timestamptz,
            Nullable<Timestamptz>,
            Timestamptz,
        )>,
    );
}

impl QueryFragment<Pg> for TokenStatuses<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT asked.nth, revoked_tokens.token_id IS NOT NULL, ");
        self.user_columns.walk_ast(out.reborrow())?;
        // `IS TRUE`, so that no plan reads all sessions of a user by their index.
        out.push_sql(", f.totp, f.passkeys, f.phone, sessions.expires_at, sessions.revoked_at, sessions.proven_at, sessions.factor_proven_at, sessions.last_seen_at FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.user_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.session_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.token_ids)?;
        out.push_sql(") WITH ORDINALITY AS asked (user_id, session_id, token_id, nth) LEFT JOIN revoked_tokens ON revoked_tokens.token_id = asked.token_id JOIN users ON users.id = asked.user_id LEFT JOIN sessions ON sessions.id = asked.session_id AND (sessions.user_id = users.id) IS TRUE LEFT JOIN LATERAL (SELECT ");
        out.push_sql(TOTP_SINCE);
        out.push_sql(" AS totp, ");
        out.push_sql(PASSKEYS_SINCE);
        out.push_sql(" AS passkeys, ");
        out.push_sql(PHONE_SINCE);
        out.push_sql(" AS phone) AS f ON true");
        Ok(())
    }
}
