//! `GET /api/auth/activity`.

use std::{borrow::Cow, net::IpAddr};

use actix_web::{
    HttpResponse,
    web::{Query, to},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::activity::{self, Entry},
    web::{
        api::{call::Call, schemas, tag::Tag},
        error::WebResult,
        extract::{ApiUser, CursorQuery},
        guard::Guard,
        problem::refusals,
        state::State,
    },
};

#[derive(Serialize, ToSchema)]
#[schema(as = Activity)]
struct PageAnswer {
    /// The newest first.
    events: Vec<EventAnswer>,
    /// The `cursor` of the next, older page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

/// An event of the account.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnEvent)]
struct EventAnswer {
    /// RFC 3339, in UTC.
    #[schema(value_type = String, format = DateTime)]
    at: DateTime<Utc>,
    /// By name.
    event: String,
    /// What happened, in plain English.
    #[schema(value_type = String)]
    sentence: Cow<'static, str>,
    #[schema(schema_with = schemas::actors)]
    by: &'static str,
    /// If the user agent says so. `null` for what an admin or the service did, as are the next two.
    #[schema(required)]
    browser: Option<String>,
    #[schema(required)]
    system: Option<String>,
    /// The client's address.
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
}

impl From<Entry> for EventAnswer {
    fn from(entry: Entry) -> Self {
        let device = entry.device.unwrap_or_default();
        Self {
            at: entry.at,
            event: entry.event,
            sentence: entry.sentence,
            by: entry.by.as_str(),
            browser: device.browser,
            system: device.system,
            ip: entry.ip,
        }
    }
}

pub(super) fn call() -> Call {
    Call::get("/api/auth/activity", Guard::Session, to(get))
        .about(
            Tag::Account,
            "Everything that happened to the account, 50 events a page, the newest first.",
        )
        .query::<CursorQuery>()
        .answers::<PageAnswer>(200, "A page of events.")
}

async fn get(state: State, user: ApiUser, query: Query<CursorQuery>) -> WebResult {
    let page = activity::page(&state.services, &user.who, &query.cursor)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    Ok(HttpResponse::Ok().json(PageAnswer {
        events: page.rows.into_iter().map(EventAnswer::from).collect(),
        next: page.next,
    }))
}
