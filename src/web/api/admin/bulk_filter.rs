//! A filter instead of ids, in the body of an act on many accounts.

use serde::{Deserialize, de::IgnoredAny};
use utoipa::ToSchema;

use crate::{
    flows::{
        InputFaults, Services,
        admin::{
            bulk::{self, Selected},
            list::Query,
        },
    },
    web::{api::schemas, error::WebResult, fields::Reader, problem::refusals},
};

/// The filter as it was sent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Filter {
    Words(FilterBody),
    Other(IgnoredAny),
}

/// What the list is asked for, as in `GET /api/admin/users`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = BulkFilter)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FilterBody {
    #[schema(max_length = 254)]
    q: String,
    #[schema(schema_with = schemas::statuses)]
    status: String,
    #[schema(schema_with = schemas::role)]
    role: String,
    #[schema(schema_with = schemas::on_or_off)]
    two_factor: String,
    #[schema(schema_with = schemas::yes_or_no)]
    verified: String,
}

/// The number as it was sent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Expected {
    Count(u32),
    Other(IgnoredAny),
}

impl From<FilterBody> for Query {
    fn from(filter: FilterBody) -> Self {
        Self {
            q: filter.q,
            status: filter.status,
            role: filter.role,
            two_factor: filter.two_factor,
            verified: filter.verified,
            ..Self::default()
        }
    }
}

/// The query of a filter, if there is one. Faults are recorded.
pub(super) fn searched(
    r: &mut Reader,
    filter: Option<Filter>,
    expected: Option<&Expected>,
    has_ids: bool,
) -> Option<(Query, Option<u32>)> {
    let expected = match expected {
        None => None,
        Some(Expected::Count(count)) => Some(*count),
        Some(Expected::Other(_)) => {
            r.fault("expected", "This field must be a whole number.");
            None
        }
    };
    match filter {
        None => {
            if expected.is_some() {
                r.fault(
                    "expected",
                    "This field is only used together with a filter.",
                );
            }
            None
        }
        Some(Filter::Words(_)) if has_ids => {
            r.fault("filter", "Send either ids or a filter.");
            None
        }
        Some(Filter::Words(filter)) => Some((filter.into(), expected)),
        Some(Filter::Other(_)) => {
            r.fault(
                "filter",
                "This field must be an object with texts: q, status, role, two_factor, verified.",
            );
            Some((Query::default(), None))
        }
    }
}

/// All users that a filter finds; every fault of it is reported at `filter`.
pub(super) async fn found(
    services: &Services,
    query: &Query,
    expected: Option<u32>,
) -> WebResult<Selected> {
    let selected = bulk::find(services, query).await?.map_err(|faults| {
        let mut moved = InputFaults::default();
        for why in faults.iter().flat_map(|(_, messages)| messages) {
            moved.add("filter", why);
        }
        refusals::invalid(&moved)
    })?;
    let count = selected.count();
    if expected.is_some_and(|expected| usize::try_from(expected).ok() != Some(count)) {
        let why = format!("The filter finds {count} users now.");
        return Err(refusals::invalid(&InputFaults::one("expected", &why)));
    }
    Ok(selected)
}
