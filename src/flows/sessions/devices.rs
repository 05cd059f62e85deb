//! The list of a user's sessions, ending them one by one, and recording when one was seen.

use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Listed, Outcome, authenticate::Authenticated, still_lives};
use crate::{
    db::{
        self,
        sessions::devices::{Sighting, Which},
    },
    domain::{
        audit::{Client, Event},
        session::EndReason,
        sign_in::device::DeviceCookie,
        user_agent::Device,
    },
    flows::{
        InputFaults, Result, Services,
        audit::record::record_own,
        authenticators::proof::Proven,
        paged::{self, Paged},
        sign_in::trusted_devices,
    },
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::sessions";

/// A session is recorded as seen at most this often, because this is a write, while most requests only
/// read.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How long a request waits for a connection to record that it was seen. After that it does without.
const NOTE_WAIT: Duration = Duration::from_millis(100);

pub const PAGE: i64 = 50;

/// The devices of a user, a page of them.
#[derive(Debug, Default)]
pub struct Devices {
    /// The active sessions: on the first page this one first, then the last seen first.
    pub sessions: Paged<Listed>,
    /// All trusted browsers, the last used first; only on the first page.
    pub trusted: Vec<Listed>,
}

/// The devices of a user. `device` is the cookie of the browser that sent the request.
pub async fn list(
    s: &Services,
    who: &Authenticated,
    cursor: &str,
    device: &DeviceCookie,
) -> Result<Result<Devices, InputFaults>> {
    let sessions = match living(s, who, cursor).await? {
        Ok(sessions) => sessions,
        Err(faults) => return Ok(Err(faults)),
    };
    let trusted = if cursor.is_empty() {
        trusted_devices::list(s, who, device).await?
    } else {
        Vec::new()
    };
    Ok(Ok(Devices { sessions, trusted }))
}

async fn living(
    s: &Services,
    who: &Authenticated,
    cursor: &str,
) -> Result<Result<Paged<Listed>, InputFaults>> {
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
        id: row.id,
        device: Device::of(row.user_agent.as_deref().unwrap_or_default()),
        ip: row.ip.map(|network| network.addr()),
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        is_this: who.session_id == Some(row.id),
    })))
}

/// Ends another session of the user. Its tokens are refused at once.
///
/// The session of the request itself is signed out (`sign_out`), which requires no reauthentication.
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
        record_own(s, tx, event, user_id, who.session_id, client).await?;
        Ok(Outcome::Revoked)
    })
    .await
}

/// Ends every session of the user except that of this request, and the trust in every browser except the
/// one with this cookie.
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
            record_own(s, tx, event, user_id, who.session_id, client).await?;
        }
        trusted_devices::distrust_others(s, tx, who, device, client).await?;
        Ok(Outcome::Revoked)
    })
    .await
}

/// Records when a session was seen, and by which client, unless it was within the last minute.
///
/// The previous time was read with the status, so most requests write nothing. A failure here fails no
/// request.
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
        // The database is busy: a later request records it.
        Ok(Err(_)) | Err(_) => return,
    };
    if let Err(error) = noted {
        tracing::warn!(target: LOG, %error, "a session could not be noted as seen");
    }
}
