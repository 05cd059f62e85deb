//! What is held on a user, for the user: without hashes, sealed secrets and keys, which no statement here reads.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::db::schema::{
    backup_codes as codes, passkeys, sessions, totp_authenticators as totp,
    trusted_devices as trusted,
};

/// A session, active or ended.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct HeldSession {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// Unless it is refreshed before.
    pub expires_at: DateTime<Utc>,
    /// Whatever is refreshed.
    pub absolute_expires_at: DateTime<Utc>,
    /// Whether the cookies outlive the browser.
    pub remembered: bool,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
    pub authenticated_at: DateTime<Utc>,
    pub authentication_methods: Vec<String>,
    pub proven_at: DateTime<Utc>,
    pub proof_methods: Vec<String>,
    pub factor_proven_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_reason: Option<String>,
}

/// Up to `limit` sessions of a user whose ids come after this one.
pub async fn sessions(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<HeldSession>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id).and(sessions::id.gt(after)))
        .order(sessions::id)
        .limit(limit)
        .select(HeldSession::as_select())
        .load(&mut conn)
        .await
}

/// The record that a browser was trusted. If it belongs to earlier credentials, the trust has ended.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted, check_for_backend(diesel::pg::Pg))]
pub struct HeldDevice {
    pub id: Uuid,
    pub rev: i64,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
}

/// Up to `limit` trusted browsers of a user whose ids come after this one.
pub async fn devices(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<HeldDevice>> {
    trusted::table
        .filter(trusted::user_id.eq(user_id).and(trusted::id.gt(after)))
        .order(trusted::id)
        .limit(limit)
        .select(HeldDevice::as_select())
        .load(&mut conn)
        .await
}

/// When an authenticator app was set up, and when its first code confirmed it.
pub async fn totp(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
) -> QueryResult<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>> {
    totp::table
        .filter(totp::user_id.eq(user_id))
        .select((totp::created_at, totp::confirmed_at))
        .first(&mut conn)
        .await
        .optional()
}

/// A passkey, without its key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys, check_for_backend(diesel::pg::Pg))]
pub struct HeldPasskey {
    pub name: String,
    pub synced: bool,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<String>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_by: Option<String>,
}

/// The passkeys of a user, the oldest first.
pub async fn passkeys(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
) -> QueryResult<Vec<HeldPasskey>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user_id))
        .order((passkeys::created_at, passkeys::id))
        .limit(100)
        .select(HeldPasskey::as_select())
        .load(&mut conn)
        .await
}

/// When each backup code was made, and when it was used. A set has ten.
pub async fn backup_codes(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
) -> QueryResult<Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>> {
    codes::table
        .filter(codes::user_id.eq(user_id))
        .order((codes::created_at, codes::used_at))
        .limit(100)
        .select((codes::created_at, codes::used_at))
        .load(&mut conn)
        .await
}
