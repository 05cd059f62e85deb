//! What happened to the account, in plain sentences, and the same as a file.

use actix_web::{HttpRequest, http::Method, web::Query};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::{
    domain::user_agent::Device,
    flows::{
        accounts::activity::{self, Entry},
        paged::Paged,
    },
    web::{
        download::{self, Kind},
        error::{WebError, WebResult},
        extract::{CurrentUser, CursorQuery, PageRequest},
        pages::answer::{Showing, next_page},
        state::State,
        view::{FieldErrors, Shell},
    },
};

const ACTIVITY: &str = "/account/activity";

/// `/account/activity`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/activity.html")]
pub struct ActivityPage {
    pub shell: Shell,
    /// The events of this page, the latest first.
    pub items: Vec<ActivityItem>,
    /// The link to the next, older page; empty on the last one.
    pub older: String,
    /// Whether this is another page than the first one.
    pub goes_on: bool,
    /// What is wrong with the cursor.
    pub errors: FieldErrors,
}

/// An event, as pages list it.
#[derive(Clone, Debug)]
pub struct ActivityItem {
    /// The event as a sentence.
    pub sentence: String,
    /// Browser and system, in words; empty if they are unknown or not shown.
    pub device: String,
    /// The client's address; empty if it is not shown.
    pub address: String,
    pub at: DateTime<Utc>,
}

impl From<&Entry> for ActivityItem {
    fn from(entry: &Entry) -> Self {
        Self {
            sentence: entry.sentence.clone().into_owned(),
            device: entry
                .device
                .as_ref()
                .map_or_else(String::new, Device::to_string),
            address: entry.ip.map_or_else(String::new, |ip| ip.to_string()),
            at: entry.at,
        }
    }
}

/// `GET /account/activity`.
pub async fn get(
    CurrentUser(who): CurrentUser,
    query: Query<CursorQuery>,
    request: PageRequest,
) -> WebResult {
    let found = activity::page(request.services(), &who, &query.cursor).await?;
    let (showing, found) = match found {
        Ok(found) => (Showing::first(), found),
        Err(faults) => (Showing::of_query(&faults), Paged::default()),
    };
    showing.answer(|errors| ActivityPage {
        shell: request.shell(),
        items: found.rows.iter().map(ActivityItem::from).collect(),
        older: next_page(ACTIVITY, "cursor", found.next.as_deref()),
        goes_on: !query.cursor.is_empty(),
        errors,
    })
}

/// `GET /account/activity/export`. It shows what the page shows, so it is no event itself.
pub async fn export(CurrentUser(who): CurrentUser, req: HttpRequest, state: State) -> WebResult {
    let kind = Kind::csv("activity");
    if req.method() == Method::HEAD {
        return Ok(download::head(&state, kind).finish());
    }
    let file = activity::file(&state.services, &who)?.map_err(WebError::Throttled)?;
    Ok(download::send(state, kind, file))
}
