//! The devices of a user: which sessions live, when each was last seen, and ending them.

pub mod authenticate;
pub mod inspect_token;
pub mod refresh;
pub mod sign_out;
pub(in crate::flows) mod tokens;

use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    InputFaults, Result, Services,
    authenticators::proof::Proven,
    paged::{self, Paged},
};
use crate::{
    db::{
        self, Transaction,
        sessions::devices::{DeviceRow, Sighting, Which},
    },
    domain::{
        audit::{Client, Event},
        session::EndReason,
        sign_in::device::DeviceCookie,
        user_agent::Device,
    },
};
use authenticate::Authenticated;

/// A session is noted as seen at most this often: a write, where most requests only read.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How long a request waits for a connection to note that it came. It does without, else.
const NOTE_WAIT: Duration = Duration::from_millis(100);

/// A session or a trusted browser, as its owner sees it in a list.
#[derive(Debug, Clone)]
pub struct Listed<Row> {
    /// Id, times and address.
    pub row: Row,
    /// Browser and system.
    pub device: Device,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Sessions of one page.
pub const PAGE: i64 = 50;

/// A page of the living sessions of a user: on the first page this one first, then by when they were
/// last seen.
pub async fn list(
    s: &Services,
    who: &Authenticated,
    cursor: &str,
) -> Result<Result<Paged<Listed<DeviceRow>>, InputFaults>> {
    let behind = match paged::behind(cursor) {
        Ok(behind) => behind,
        Err(faults) => return Ok(Err(faults)),
    };
    let (shared, user_id, at) = (s.db.shared().await?, who.user().id, s.now());
    let own = match who.session_id.filter(|_| behind.is_none()) {
        Some(id) => db::sessions::devices::living(&shared, id, user_id, at).await?,
        None => None,
    };
    let size = PAGE - i64::from(own.is_some());
    let which = Which {
        user_id,
        at,
        except: who.session_id,
        behind,
        limit: size + 1,
    };
    let others = db::sessions::devices::living_of(&shared, which).await?;
    let mut page = Paged::cut(others, size, |row| paged::cursor(row.last_seen_at, row.id));
    page.rows.splice(..0, own);
    Ok(Ok(page.map(|row| Listed {
        device: Device::of(row.user_agent.as_deref().unwrap_or_default()),
        is_this: who.session_id == Some(row.id),
        row,
    })))
}

/// What became of ending sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The session, or every other one, has ended.
    Revoked,
    /// No living session of this user has that id.
    NotFound,
    /// The session of this request ended in the same moment. Nothing was done.
    Overtaken,
}

/// Ends another session of the user. Its tokens are dead at once.
///
/// The session of the request itself is signed out of (`sign_out`), which takes no proof.
pub async fn revoke(
    s: &Services,
    proven: &Proven,
    session_id: Uuid,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    let user_id = who.user().id;
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Outcome::Overtaken);
        }
        if !db::sessions::end(tx, session_id, user_id, EndReason::Revoked, s.now()).await? {
            return Ok(Outcome::NotFound);
        }
        let event = Event::SessionRevoked {
            session: session_id,
        };
        s.audit_own(tx, event, user_id, who.session_id, client)
            .await?;
        Ok(Outcome::Revoked)
    })
    .await
}

/// Ends every session of the user but the one of this request, and the trust in every browser but
/// the one with this cookie.
pub async fn revoke_others(
    s: &Services,
    proven: &Proven,
    device: &DeviceCookie,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    let user_id = who.user().id;
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Outcome::Overtaken);
        }
        let ended =
            db::sessions::end_all(tx, user_id, who.session_id, EndReason::Revoked, s.now()).await?;
        if let Ok(count @ 1..) = i64::try_from(ended) {
            let event = Event::OtherSessionsRevoked { count };
            s.audit_own(tx, event, user_id, who.session_id, client)
                .await?;
        }
        s.distrust_others(tx, who, device, client).await?;
        Ok(Outcome::Revoked)
    })
    .await
}

/// Whether the acting session may still act, held until the transaction ends: a session that its
/// owner has just ended ends no other.
pub(super) async fn still_lives(tx: &Transaction<'_>, who: &Authenticated) -> Result<bool> {
    let user = who.user();
    if !db::accounts::users::hold(tx, user.id, user.revocation_id).await? {
        return Ok(false);
    }
    match who.session_id {
        Some(id) => Ok(db::sessions::hold(tx, id, user.id).await?.is_some()),
        None => Ok(true),
    }
}

/// Notes that a session was seen, and from where, unless it was within the last minute.
///
/// The time of before came with the standing, so that most requests write nothing. Nobody's
/// request fails because of this.
pub async fn note_seen(s: &Services, who: &Authenticated, client: impl FnOnce() -> Client) {
    let at = s.now();
    let unless_since = at - NOTED_EVERY;
    let (Some(session_id), Some(last)) = (who.session_id, who.last_seen_at) else {
        return;
    };
    if last >= unless_since {
        return;
    }
    let client = client();
    let sighting = Sighting {
        session_id,
        at,
        unless_since,
        ip: IpNet::from(client.ip),
        user_agent: client.user_agent.as_deref(),
    };
    let noted = match timeout(NOTE_WAIT, s.db.connection()).await {
        Ok(Ok(conn)) => db::sessions::devices::note(&conn, &sighting).await,
        // Busy: a later request notes it.
        Ok(Err(_)) | Err(_) => return,
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "a session could not be noted as seen");
    }
}
