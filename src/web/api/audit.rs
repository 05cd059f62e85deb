//! `GET /api/admin/audit`.

use actix_web::{
    HttpResponse,
    web::{Query, to},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::schemas;
use crate::{
    flows::{
        InputFaults,
        audit::{
            export::rows,
            log::{self, MAX_PAGE, PAGE},
        },
    },
    web::{
        api::{call::Call, tag::Tag},
        error::WebResult,
        extract::AdminApi,
        guard::Guard,
        problem::refusals,
        state::State,
    },
};

/// The filters; all that are given must match.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ListQuery {
    /// Who acted: the id or the address of a user.
    actor: String,
    /// The user it concerns: an id, or an address, which need not have an account.
    subject: String,
    #[param(schema_with = schemas::events)]
    event: String,
    /// Not before this time: `2026-03-01` or RFC 3339; UTC where it names no offset.
    from: String,
    /// Before this time.
    to: String,
    /// 50 by default.
    #[param(schema_with = schemas::page_size)]
    limit: String,
    /// `next` of the page before, for the same filters.
    cursor: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditEvents)]
struct ListAnswer {
    /// The newest first.
    #[schema(schema_with = schemas::logged_events)]
    events: Vec<Value>,
    /// The `cursor` of the next, older page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

pub(super) fn call() -> Call {
    Call::get("/api/admin/audit", Guard::Admin, to(get))
        .about(
            Tag::Administration,
            "Searches the audit log.

            A page begins after the last event of the previous one: no event is listed twice while others are written. There
            is no count.",
        )
        .query::<ListQuery>()
        .answers::<ListAnswer>(200, "A page of events.")
}

async fn get(state: State, _: AdminApi, query: Query<ListQuery>) -> WebResult {
    let query = query.into_inner();
    let size = match query.limit.as_str() {
        "" => Some(PAGE),
        limit => limit
            .parse()
            .ok()
            .filter(|size| (1..=MAX_PAGE).contains(size)),
    };
    let query = log::Query {
        actor: query.actor,
        subject: query.subject,
        event: query.event,
        from: query.from,
        to: query.to,
        cursor: query.cursor,
    };
    let Some(size) = size else {
        let why = format!("Use a number from 1 to {MAX_PAGE}.");
        return Err(refusals::invalid(&InputFaults::one("limit", &why)));
    };
    let found = log::list(&state.services, &query, size)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    Ok(HttpResponse::Ok().json(ListAnswer {
        events: found.events.iter().map(rows::event).collect(),
        next: found.next,
    }))
}
