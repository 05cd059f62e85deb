//! The rotation of refresh tokens, in one statement.
//!
//! A commit costs more than the rotation itself, so concurrent requests of a thread rotate in one
//! statement.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::AsSelect,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Bool, Inet, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use super::batch::{self, Question};
use crate::db::{
    Db, DbError,
    accounts::users::{FactorsRow, UserRecord, UserRow},
};

/// The next refresh token of a session, and the one it replaces.
#[derive(Debug)]
pub struct Rotation {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The generation of the presented token.
    pub generation: i64,
    /// SHA-256 of the presented token.
    pub token_hash: [u8; 32],
    /// The issue time of the presented token.
    pub presented_issued_at: DateTime<Utc>,
    /// The user's `revocation_id` that the pair contains.
    pub rev: i64,
    /// SHA-256 of the successor.
    pub next_hash: [u8; 32],
    /// Its `jti`.
    pub next_jti: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The client's current address.
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
}

/// The result of a rotation, besides the session's token.
#[derive(Debug)]
pub struct Rotated {
    pub user: UserRecord,
    /// Whether the cookies are kept when the browser closes.
    pub remembered: bool,
}

/// Rotates together with other sessions, without waiting for locks: `None` also if another transaction has
/// locked the session. [`rotate`] waits and gives the definite answer.
pub async fn rotate_unless_locked(db: &Db, rotation: Rotation) -> Result<Option<Rotated>, DbError> {
    batch::ask(db, &db.rotations, rotation).await
}

/// Rotates. `None` if anything that the pair depends on has changed: another request was faster, the
/// session ended, `rev` rose, the user was disabled, the password changed since either token was issued,
/// or the successor would outlive the session. The statement then did nothing.
pub async fn rotate(
    mut conn: &AsyncPgConnection,
    rotation: &Rotation,
) -> QueryResult<Option<Rotated>> {
    let statement = Statement::<true>::of(&[rotation]);
    let row: Option<Row> = statement.get_result(&mut conn).await.optional()?;
    Ok(row.map(|row| rotated(row).1))
}

impl Question for Rotation {
    type Answer = Rotated;

    async fn answer_all(db: &Db, rotations: &[&Self]) -> Result<HashMap<i64, Rotated>, DbError> {
        let conn = db.rotating().await?;
        let mut conn: &AsyncPgConnection = &conn;
        let rows: Vec<Row> = Statement::<false>::of(rotations).load(&mut conn).await?;
        Ok(rows.into_iter().map(rotated).collect())
    }
}

type Row = (i64, bool, UserRow, FactorsRow);

fn rotated((nth, remembered, user, factors): Row) -> (i64, Rotated) {
    let user = user.with(factors);
    (nth, Rotated { user, remembered })
}

/// Many rotations, each of which succeeds or does nothing. Diesel's query builder has no `UPDATE ... FROM`
/// and no `unnest` of several arrays.
///
/// The sessions are locked before any is changed. With `WAIT`, that waits for a transaction that has
/// locked one. Several at once must never wait, since the other transaction may wait for one of theirs.
struct Statement<'a, const WAIT: bool> {
    ids: Vec<Uuid>,
    user_ids: Vec<Uuid>,
    generations: Vec<i64>,
    token_hashes: Vec<&'a [u8]>,
    cutoffs_before: Vec<DateTime<Utc>>,
    revs: Vec<i64>,
    next_hashes: Vec<&'a [u8]>,
    next_jtis: Vec<&'a str>,
    issued_ats: Vec<DateTime<Utc>>,
    expires_ats: Vec<DateTime<Utc>>,
    ips: Vec<Option<IpNet>>,
    user_agents: Vec<Option<&'a str>>,
    user_columns: AsSelect<UserRow, Pg>,
    factor_columns: AsSelect<FactorsRow, Pg>,
}

impl<'a, const WAIT: bool> Statement<'a, WAIT> {
    fn of(rotations: &[&'a Rotation]) -> Self {
        fn all<'a, T>(rotations: &[&'a Rotation], column: impl Fn(&'a Rotation) -> T) -> Vec<T> {
            rotations.iter().copied().map(column).collect()
        }
        Self {
            ids: all(rotations, |r| r.id),
            user_ids: all(rotations, |r| r.user_id),
            generations: all(rotations, |r| r.generation),
            token_hashes: all(rotations, |r| r.token_hash.as_slice()),
            cutoffs_before: all(rotations, |r| r.presented_issued_at.min(r.issued_at)),
            revs: all(rotations, |r| r.rev),
            next_hashes: all(rotations, |r| r.next_hash.as_slice()),
            next_jtis: all(rotations, |r| r.next_jti.as_str()),
            issued_ats: all(rotations, |r| r.issued_at),
            expires_ats: all(rotations, |r| r.expires_at),
            ips: all(rotations, |r| r.ip),
            user_agents: all(rotations, |r| r.user_agent.as_deref()),
            user_columns: UserRow::as_select(),
            factor_columns: FactorsRow::as_select(),
        }
    }
}

impl<const WAIT: bool> QueryId for Statement<'_, WAIT> {
    type QueryId = Statement<'static, WAIT>;
    /// The text never varies, so the statement is prepared once for each connection.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const WAIT: bool> Query for Statement<'_, WAIT> {
    type SqlType = (
        BigInt,
        Bool,
        <AsSelect<UserRow, Pg> as Expression>::SqlType,
        <AsSelect<FactorsRow, Pg> as Expression>::SqlType,
    );
}

impl<const WAIT: bool> QueryFragment<Pg> for Statement<'_, WAIT> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE sessions SET generation = sessions.generation + 1, rotated_at = now(), \
             previous_token_hash = sessions.token_hash, token_hash = next.hash, jti = next.jti, \
             issued_at = next.issued_at, expires_at = next.expires_at, \
             last_seen_at = next.issued_at, ip = next.ip, user_agent = next.user_agent, \
             rotated_ip = next.ip, rotated_user_agent = COALESCE(next.user_agent, '') \
             FROM (SELECT asked.* FROM unnest(",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.user_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.generations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.token_hashes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(&self.cutoffs_before)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.revs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.next_hashes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.next_jtis)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(&self.issued_ats)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(&self.expires_ats)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Inet>>, _>(&self.ips)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.user_agents)?;
        out.push_sql(
            ") WITH ORDINALITY AS asked (id, user_id, generation, token_hash, cutoff_before, rev, \
             hash, jti, issued_at, expires_at, ip, user_agent, nth) \
             JOIN sessions ON sessions.id = asked.id FOR NO KEY UPDATE OF sessions",
        );
        out.push_sql(if WAIT { "" } else { " SKIP LOCKED" });
        // Not `user_id =`, not `revoked_at IS NULL` and not `absolute_expires_at >=`: with old statistics Postgres
        // would use the indexes of those columns, and scan them.
        out.push_sql(
            ") AS next JOIN users ON users.id = next.user_id \
             WHERE sessions.id = next.id AND (sessions.user_id = users.id) IS TRUE \
             AND sessions.generation = next.generation \
             AND sessions.token_hash = next.token_hash \
             AND num_nulls(sessions.revoked_at) = 1 AND sessions.expires_at > next.issued_at \
             AND LEAST(sessions.absolute_expires_at, next.expires_at) = next.expires_at \
             AND users.revocation_id = next.rev AND users.disabled_at IS NULL \
             AND (users.password_changed_at IS NULL \
             OR users.password_changed_at < next.cutoff_before) \
             RETURNING next.nth, sessions.remembered, ",
        );
        self.user_columns.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.factor_columns.walk_ast(out.reborrow())
    }
}
