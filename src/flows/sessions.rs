//! The devices of a user: the active sessions, when each was last seen, and ending them.

pub mod authenticate;
pub mod devices;
pub mod inspect_token;
pub mod refresh;
pub mod sign_out;
pub(super) mod tokens;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Result;
use crate::{
    db::{self, Transaction},
    domain::user_agent::Device,
};
use authenticate::Authenticated;

/// A session or a trusted browser in its owner's list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: Uuid,
    pub device: Device,
    /// The client's address when it was last seen.
    pub ip: Option<IpAddr>,
    pub created_at: DateTime<Utc>,
    /// For a trusted browser, its last sign-in.
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Whether the request came from it.
    pub is_this: bool,
}

/// The result of ending sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The session, or every other one, has ended.
    Revoked,
    /// No active session of this user has this id.
    NotFound,
    /// The session of this request ended at the same moment. Nothing was done.
    Overtaken,
}

/// Whether the acting session is still active, locked until the transaction ends: a session that its owner
/// has just ended cannot end others.
pub(super) async fn still_lives(tx: &Transaction<'_>, who: &Authenticated) -> Result<bool> {
    let user = who.user();
    if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await? {
        return Ok(false);
    }
    match who.session_id {
        Some(id) => Ok(db::sessions::hold(tx, id, user.id).await?.is_some()),
        None => Ok(true),
    }
}
