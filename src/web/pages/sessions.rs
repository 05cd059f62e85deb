//! The devices that are signed in, and signing them out.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    answer::{page, see_other, see_other_with},
    logout::signed_out,
};
use crate::{
    flows::{
        sessions::{self, ListedSession, Outcome},
        sign_out,
        trusted_devices::{self, Listed},
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{ClientInfo, CurrentUser, DeviceInfo, PageShell, RecentlyAuthenticated},
        problem::codes,
        session::BrowserSession,
        state::State,
        view::{Flash, Shell},
    },
};

/// The path of the page.
const SESSIONS: &str = "/account/sessions";

/// `/account/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "sessions.html")]
pub struct SessionsPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The sessions that live: this one first, then by when they were last seen.
    pub sessions: Vec<SessionItem>,
    /// The browsers that are asked for no code, the last used first.
    pub trusted: Vec<TrustedItem>,
}

impl SessionsPage {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionItem {
    /// Its id.
    pub id: Uuid,
    /// Browser and system in words, as a heading.
    pub device: String,
    /// The client's address; empty where unknown.
    pub address: String,
    /// When it began.
    pub signed_in_at: DateTime<Utc>,
    /// When it was last seen, to the minute or so.
    pub last_seen_at: DateTime<Utc>,
    /// Whether this page was asked for from there.
    pub is_this: bool,
}

impl From<ListedSession> for SessionItem {
    fn from(listed: ListedSession) -> Self {
        let ListedSession {
            row,
            device,
            is_this,
        } = listed;
        Self {
            id: row.id,
            device: as_heading(&device.to_string()),
            address: row.ip.map_or_else(String::new, |ip| ip.addr().to_string()),
            signed_in_at: row.created_at,
            last_seen_at: row.last_seen_at,
            is_this,
        }
    }
}

/// One trusted browser.
#[derive(Clone, Debug)]
pub struct TrustedItem {
    /// Its id.
    pub id: Uuid,
    /// Browser and system in words, as a heading.
    pub device: String,
    /// The client's address at the last sign-in; empty where unknown.
    pub address: String,
    /// The last sign-in.
    pub last_used_at: DateTime<Utc>,
    /// The end of the trust.
    pub expires_at: DateTime<Utc>,
    /// Whether this page was asked for from there.
    pub is_this: bool,
}

impl From<Listed> for TrustedItem {
    fn from(listed: Listed) -> Self {
        let Listed {
            row,
            device,
            is_this,
        } = listed;
        Self {
            id: row.id,
            device: as_heading(&device.to_string()),
            address: row.ip.map_or_else(String::new, |ip| ip.addr().to_string()),
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            is_this,
        }
    }
}

/// The first letter large, where it is no name of somebody's product.
fn as_heading(name: &str) -> String {
    match name.strip_prefix("an ") {
        Some(rest) => format!("An {rest}"),
        None => name.to_owned(),
    }
}

/// Only the token of the form.
#[derive(Deserialize)]
pub struct Form {}

/// `GET /account/sessions`
pub async fn get(
    CurrentUser(who): CurrentUser,
    DeviceInfo(device): DeviceInfo,
    state: State,
    shell: PageShell,
) -> WebResult {
    let trusted = trusted_devices::list(&state.services, &who, &device).await?;
    let listed = sessions::list(&state.services, &who).await?;
    page(
        StatusCode::OK,
        SessionsPage {
            shell: shell.take(),
            sessions: listed.into_iter().map(SessionItem::from).collect(),
            trusted: trusted.into_iter().map(TrustedItem::from).collect(),
        },
    )
}

/// `GET` of a path that only takes forms: whoever reloads an answer lands on the page.
pub async fn back() -> HttpResponse {
    see_other(SESSIONS)
}

/// `POST /account/sessions/{id}/revoke`
pub async fn revoke(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    id: Path<String>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let Ok(id) = Uuid::try_parse(&id) else {
        return Err(WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_SESSION));
    };
    if proven.who().session_id == Some(id) {
        sign_out::this_session(&state.services, proven.who(), &client).await?;
        return Ok(signed_out(&state, &session));
    }
    let outcome = sessions::revoke(&state.services, &proven, id, &client).await?;
    answer(outcome, copy::DEVICE_SIGNED_OUT, &session)
}

/// `POST /account/sessions/revoke-others`
pub async fn revoke_others(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let outcome = sessions::revoke_others(&state.services, &proven, &client).await?;
    answer(outcome, copy::OTHER_DEVICES_SIGNED_OUT, &session)
}

/// `POST /account/sessions/trusted/{id}/revoke`
pub async fn untrust(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    id: Path<String>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let no_such = || WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_TRUSTED);
    let id = Uuid::try_parse(&id).map_err(|_| no_such())?;
    match trusted_devices::revoke(&state.services, &proven, id, &client).await? {
        Outcome::NotFound => Err(no_such()),
        outcome => answer(outcome, copy::BROWSER_UNTRUSTED, &session),
    }
}

fn answer(outcome: Outcome, done: &'static str, session: &BrowserSession) -> WebResult {
    match outcome {
        Outcome::Revoked => Ok(see_other_with(session, SESSIONS, &Flash::success(done))),
        Outcome::NotFound => Err(WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_SESSION)),
        Outcome::Overtaken => {
            session.leave_flash(&Flash::info(copy::SESSION_ENDED));
            Err(WebError::SignInRequired(None))
        }
    }
}
