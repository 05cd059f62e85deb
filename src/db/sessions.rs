//! Sessions: begun, rotated, ended.

pub(in crate::db) mod batch;
pub mod devices;
pub mod limit;
pub mod revoked_tokens;
pub mod rotation;
pub mod token_status;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Interval},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use super::{
    accounts::users::{FactorsRow, UserRecord, UserRow},
    schema::{sessions, users},
};
use crate::db::{Transaction, prepared::Prepare};
use crate::domain::session::{EndReason, RefreshState, RotatedBy, include_factor};

#[derive(Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    /// SHA-256 of the first refresh token.
    pub token_hash: &'a [u8],
    /// Its `jti`.
    pub jti: &'a str,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The end of the session, however often it is refreshed.
    pub absolute_expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// Whether the cookies are kept when the browser closes.
    pub remembered: bool,
    pub ip: Option<IpNet>,
    pub user_agent: Option<&'a str>,
    pub authenticated_at: DateTime<Utc>,
    /// The methods (RFC 8176).
    pub authentication_methods: &'a [&'a str],
    pub proven_at: DateTime<Utc>,
    /// The methods (RFC 8176).
    pub proof_methods: &'a [&'a str],
    /// The time of the proof, if it included a second factor.
    pub factor_proven_at: Option<DateTime<Utc>>,
}

pub async fn insert(tx: &Transaction<'_>, session: &NewSession<'_>) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// A session and its user, for judging a refresh.
#[derive(Debug)]
pub struct RefreshRecord {
    pub user: UserRecord,
    pub state: RefreshState,
    /// `jti` of the current refresh token.
    pub jti: String,
    pub issued_at: DateTime<Utc>,
    /// The end of the session, however often it is refreshed.
    pub absolute_expires_at: DateTime<Utc>,
    /// Whether the cookies are kept when the browser closes.
    pub remembered: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
struct RefreshRow {
    id: Uuid,
    generation: i64,
    reissued_generation: i64,
    token_hash: Vec<u8>,
    previous_token_hash: Option<Vec<u8>>,
    jti: String,
    issued_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    absolute_expires_at: DateTime<Utc>,
    remembered: bool,
    revoked_at: Option<DateTime<Utc>>,
    ip: Option<IpNet>,
    user_agent: Option<String>,
    rotated_ip: Option<IpNet>,
    rotated_user_agent: Option<String>,
}

impl RefreshRow {
    /// The client that got the current token. Earlier versions recorded only the client of the last
    /// request.
    fn rotated_by(&self) -> RotatedBy {
        let user_agent = self
            .rotated_user_agent
            .as_ref()
            .or(self.user_agent.as_ref());
        RotatedBy {
            user_agent: user_agent.cloned().filter(|text| !text.is_empty()),
            ip: self.rotated_ip.or(self.ip).map(|network| network.addr()),
        }
    }
}

/// The session of a refresh token.
pub async fn find_for_refresh(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    user_id: Uuid,
    grace: TimeDelta,
) -> QueryResult<Option<RefreshRecord>> {
    let within_grace = sql::<Bool>("COALESCE(rotated_at > now() - ")
        .bind::<Interval, _>(grace)
        .sql(", false)");
    let found = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .select((
            RefreshRow::as_select(),
            UserRow::as_select(),
            FactorsRow::as_select(),
            within_grace,
        ))
        .prepared()
        .get_result::<(RefreshRow, UserRow, FactorsRow, bool)>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(row, user, factors, within_grace)| {
        let user = user.with(factors);
        RefreshRecord {
            state: RefreshState {
                rotated_by: row.rotated_by(),
                id: row.id,
                generation: row.generation,
                token_hash: row.token_hash,
                previous_token_hash: row.previous_token_hash,
                revoked: row.revoked_at.is_some(),
                expires_at: row.expires_at,
                within_grace,
                reissued_generation: row.reissued_generation,
                user: user.status(),
            },
            user,
            jti: row.jti,
            issued_at: row.issued_at,
            absolute_expires_at: row.absolute_expires_at,
            remembered: row.remembered,
        }
    }))
}

/// The token of a session that continues after a rise of `rev`.
#[derive(Debug)]
pub struct Reissue<'a> {
    pub id: Uuid,
    /// Its generation.
    pub generation: i64,
    /// SHA-256 of the new token.
    pub next_hash: &'a [u8],
    /// Its `jti`.
    pub next_jti: &'a str,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Gives an active session, locked by this transaction, a new token. The old one gets no grace. `false` if
/// the session has ended.
pub async fn reissue(tx: &Transaction<'_>, reissue: &Reissue<'_>) -> QueryResult<bool> {
    let rows = diesel::update(sessions::table)
        .filter(sessions::id.eq(reissue.id))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::generation.eq(reissue.generation),
            sessions::reissued_generation.eq(reissue.generation),
            sessions::previous_token_hash.eq(None::<Vec<u8>>),
            sessions::token_hash.eq(reissue.next_hash),
            sessions::jti.eq(reissue.next_jti),
            sessions::issued_at.eq(reissue.issued_at),
            sessions::expires_at.eq(reissue.expires_at),
            sessions::last_seen_at.eq(reissue.issued_at),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// The parts of an active session that its next token needs.
#[derive(Debug, Clone, Queryable)]
pub struct LivingSession {
    /// The number of rotations so far.
    pub generation: i64,
    /// The end of the session.
    pub absolute_expires_at: DateTime<Utc>,
    /// Whether the cookies are kept when the browser closes.
    pub remembered: bool,
}

/// Whether a session of a user is active; it is not locked.
pub async fn lives(mut conn: &AsyncPgConnection, id: Uuid, user_id: Uuid) -> QueryResult<bool> {
    let living = sessions::table
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .filter(sessions::revoked_at.is_null());
    diesel::select(diesel::dsl::exists(living))
        .get_result(&mut conn)
        .await
}

/// Locks an active session of a user.
pub async fn hold(
    tx: &Transaction<'_>,
    id: Uuid,
    user_id: Uuid,
) -> QueryResult<Option<LivingSession>> {
    sessions::table
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .filter(sessions::revoked_at.is_null())
        .select((
            sessions::generation,
            sessions::absolute_expires_at,
            sessions::remembered,
        ))
        .for_no_key_update()
        .first(&mut tx.connection())
        .await
        .optional()
}

/// Records a reauthentication in the session (NIST SP 800-63B-4). A second factor that was proven before stays as
/// recent as it is.
pub async fn prove(
    tx: &Transaction<'_>,
    id: Uuid,
    methods: &[&str],
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(sessions::table)
        .filter(sessions::id.eq(id).and(sessions::revoked_at.is_null()))
        .set((
            sessions::proven_at.eq(at),
            sessions::proof_methods.eq(methods),
            include_factor(methods).then(|| sessions::factor_proven_at.eq(at)),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Ends one active session of a user; `false` if it had ended or belongs to another user.
pub async fn end(
    tx: &Transaction<'_>,
    id: Uuid,
    user_id: Uuid,
    reason: EndReason,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(sessions::table)
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .set((
            sessions::revoked_at.eq(at),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Ends all sessions of a user except one. Returns their number.
pub async fn end_all(
    tx: &Transaction<'_>,
    user_id: Uuid,
    except: Option<Uuid>,
    reason: EndReason,
    at: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::update(sessions::table)
        .filter(
            sessions::user_id
                .eq(user_id)
                .and(sessions::revoked_at.is_null()),
        )
        .filter(sessions::id.ne(except.unwrap_or_default()))
        .set((
            sessions::revoked_at.eq(at),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await
}
