//! The devices that are signed in, and signing them out.

pub mod logout;

use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::answer::{Showing, next_page, see_other, see_other_with};
use crate::{
    flows::{
        sessions::{
            Listed, Outcome,
            devices::{self, Devices},
            sign_out,
        },
        sign_in::trusted_devices,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{CurrentUser, CursorQuery, PageRequest, RecentlyAuthenticated},
        problem::codes,
        view::{FieldErrors, Flash, Shell},
    },
};
use logout::signed_out;

/// The path of the page.
const SESSIONS: &str = "/account/sessions";

/// `/account/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "sessions/sessions.html")]
pub struct SessionsPage {
    pub shell: Shell,
    /// The sessions of this page: this one first, then the last seen first.
    pub sessions: Vec<DeviceItem>,
    /// Trusted browsers, the last used first; only on the first page.
    pub trusted: Vec<DeviceItem>,
    /// Whether this is not the first page.
    pub goes_on: bool,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// Faults of the cursor.
    pub errors: FieldErrors,
}

impl SessionsPage {
    fn has_others(&self) -> bool {
        self.goes_on || self.sessions.iter().any(|session| !session.is_this)
    }

    fn trusts_others(&self) -> bool {
        self.trusted.iter().any(|browser| !browser.is_this)
    }
}

/// One session or one trusted browser.
#[derive(Clone, Debug)]
pub struct DeviceItem {
    pub id: Uuid,
    /// Browser and system as text, as a heading.
    pub device: String,
    /// The client's address when it was last seen; empty if unknown.
    pub address: String,
    /// Its times, each with a label.
    pub times: [(&'static str, DateTime<Utc>); 2],
    /// Whether it is the browser that requested this page.
    pub is_this: bool,
}

impl DeviceItem {
    fn session(listed: &Listed) -> Self {
        let times = [
            ("Last seen", listed.last_seen_at),
            ("Signed in", listed.created_at),
        ];
        Self::of(listed, times)
    }

    fn trusted(listed: &Listed) -> Self {
        let times = [
            ("Last used", listed.last_seen_at),
            ("Trusted until", listed.expires_at),
        ];
        Self::of(listed, times)
    }

    fn of(listed: &Listed, times: [(&'static str, DateTime<Utc>); 2]) -> Self {
        Self {
            id: listed.id,
            device: as_heading(&listed.device.to_string()),
            address: listed.ip.map_or_else(String::new, |ip| ip.to_string()),
            times,
            is_this: listed.is_this,
        }
    }
}

/// Capitalises `an unknown browser`, and keeps product names.
pub(super) fn as_heading(name: &str) -> String {
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
    query: Query<CursorQuery>,
    request: PageRequest,
) -> WebResult {
    let device = &request.client.device;
    let listed = devices::list(request.services(), &who, &query.cursor, device).await?;
    let (showing, devices) = match listed {
        Ok(devices) => (Showing::first(), devices),
        Err(faults) => (Showing::of_query(&faults), Devices::default()),
    };
    let Devices { sessions, trusted } = devices;
    showing.answer(|errors| SessionsPage {
        shell: request.shell(),
        sessions: sessions.rows.iter().map(DeviceItem::session).collect(),
        trusted: trusted.iter().map(DeviceItem::trusted).collect(),
        goes_on: !query.cursor.is_empty(),
        next: next_page(SESSIONS, "cursor", sessions.next.as_deref()),
        errors,
    })
}

/// `GET` of a path that only accepts forms: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(SESSIONS)
}

/// `POST /account/sessions/{id}/revoke`
pub async fn revoke(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let Ok(id) = Uuid::try_parse(&id) else {
        return Err(WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_SESSION));
    };
    if proven.who().session_id == Some(id) {
        sign_out::this_session(request.services(), proven.who(), &request.client).await?;
        return Ok(signed_out(&request));
    }
    let outcome = devices::revoke(request.services(), &proven, id, &request.client).await?;
    answer(&request, outcome, copy::DEVICE_SIGNED_OUT)
}

/// `POST /account/sessions/revoke-others`
pub async fn revoke_others(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    request: PageRequest,
) -> WebResult {
    let outcome = devices::revoke_others(
        request.services(),
        &proven,
        &request.client.device,
        &request.client,
    )
    .await?;
    answer(&request, outcome, copy::OTHER_DEVICES_SIGNED_OUT)
}

/// `POST /account/sessions/trusted/{id}/revoke`
pub async fn untrust(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let no_such = || WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_TRUSTED);
    let id = Uuid::try_parse(&id).map_err(|_| no_such())?;
    match trusted_devices::revoke(request.services(), &proven, id, &request.client).await? {
        Outcome::NotFound => Err(no_such()),
        outcome => answer(&request, outcome, copy::BROWSER_UNTRUSTED),
    }
}

fn answer(request: &PageRequest, outcome: Outcome, done: &'static str) -> WebResult {
    match outcome {
        Outcome::Revoked => Ok(see_other_with(
            &request.session,
            SESSIONS,
            &Flash::success(done),
        )),
        Outcome::NotFound => Err(WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_SESSION)),
        Outcome::Overtaken => {
            request
                .session
                .leave_flash(&Flash::info(copy::SESSION_ENDED));
            Err(WebError::SignInRequired(None))
        }
    }
}
