//! `GET /api/admin/users`: the list.

use actix_web::{
    HttpResponse,
    web::{Query, to},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::managed::ManagedAnswer;
use crate::{
    flows::admin::list,
    web::{
        api::{call::Call, schemas, tag::Tag},
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
    /// Up to 8 words, all of which must be found: each at the beginning of a word of the name, or of a part of the
    /// address after any character that is neither letter nor digit (`lopez`, `example.com`). Capitals
    /// and accents make no difference. Or a whole id.
    #[param(max_length = 254)]
    q: String,
    #[param(schema_with = schemas::statuses)]
    status: String,
    #[param(schema_with = schemas::role)]
    role: String,
    #[param(schema_with = schemas::on_or_off)]
    two_factor: String,
    #[param(schema_with = schemas::yes_or_no)]
    verified: String,
    /// `newest` by default.
    #[param(schema_with = schemas::sorts)]
    sort: String,
    /// `next` or `previous` of another page, in the same order.
    cursor: String,
}

impl From<ListQuery> for list::Query {
    fn from(query: ListQuery) -> Self {
        Self {
            q: query.q,
            status: query.status,
            role: query.role,
            two_factor: query.two_factor,
            verified: query.verified,
            sort: query.sort,
            cursor: query.cursor,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUsers)]
struct ListAnswer {
    users: Vec<ManagedAnswer>,
    /// The `cursor` of the next page, where there is one.
    #[schema(required)]
    next: Option<String>,
    /// The `cursor` of the page before, where this is not the first one.
    #[schema(required)]
    previous: Option<String>,
}

pub(super) fn call() -> Call {
    Call::get("/api/admin/users", Guard::Admin, to(get))
        .about(
            Tag::Administration,
            "Searches users, 50 a page.

            A page begins after the last user of the previous one, or ends before the first user of the next one: no user is
            listed twice or left out while others write. There is no count.",
        )
        .query::<ListQuery>()
        .answers::<ListAnswer>(200, "A page of users.")
}

async fn get(state: State, _: AdminApi, query: Query<ListQuery>) -> WebResult {
    let query = query.into_inner().into();
    let page = list::list(&state.services, &query)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    Ok(HttpResponse::Ok().json(ListAnswer {
        users: page.users.into_iter().map(ManagedAnswer::from).collect(),
        next: page.next,
        previous: page.previous,
    }))
}
