//! `POST /api/admin/users/bulk`: one act on many accounts, in one transaction.

use actix_web::{HttpResponse, web::to};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    bulk_filter::{Expected, Filter, FilterBody, found, searched},
    left_out::LeftOut,
};
use crate::{
    domain::admin::act::{AdminAct, bulk_of},
    flows::{
        InputFaults,
        admin::{
            bulk::{self, Order, Selected},
            list::Query,
        },
    },
    web::{
        api::{
            call::Call,
            schemas,
            tag::Tag,
            texts::{self, CurrentPassword},
        },
        error::WebResult,
        extract::{AdminCall, ClientInfo, MayProve},
        fields::{self, Field, Reader},
        guard::Guard,
        problem::refusals,
        state::State,
    },
};

/// The body of an act on many accounts.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BulkAct)]
struct Body {
    /// The last word of the path of the same act on one account.
    #[schema(schema_with = schemas::bulk_acts)]
    action: Field,
    /// Ids from the list; an id that is given twice counts once. Not together with `filter`.
    #[schema(schema_with = schemas::selected)]
    ids: Option<Ids>,
    /// All users that the list finds with these filters when the call arrives, at most 5,000; `{}` is every user. Not together with `ids`.
    #[schema(value_type = Option<FilterBody>)]
    filter: Option<Filter>,
    /// With `filter`: nothing is done unless it finds exactly this many.
    #[schema(value_type = Option<u32>)]
    expected: Option<Expected>,
    /// Where the act on one account asks for it.
    #[schema(value_type = Option<texts::Reason>)]
    reason: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

/// The ids as they were sent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Ids {
    Texts(Vec<String>),
    Other(IgnoredAny),
}

impl MayProve for Body {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

/// The accounts that were changed, and those that were left out.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkReport)]
struct Answer {
    #[schema(value_type = Vec<String>)]
    done: Vec<Uuid>,
    left_out: Vec<LeftOut>,
    /// How many a `filter` found that the act did not reach, since something failed behind the first 200. What is
    /// done stays done.
    not_reached: usize,
}

/// The users to act on.
enum Whom {
    Named(Selected),
    Found(Query, Option<u32>),
}

fn read(body: Body) -> WebResult<(Whom, Order)> {
    let (act, ids, found, reason) = fields::read(|r| {
        let act = action(r, body.action);
        let found = searched(r, body.filter, body.expected.as_ref(), body.ids.is_some());
        let ids = match body.ids {
            Some(Ids::Texts(ids)) => ids,
            Some(Ids::Other(_)) => {
                r.fault("ids", "This field must be a list of texts.");
                Vec::new()
            }
            None if found.is_some() => Vec::new(),
            None => {
                r.fault("ids", "This field is missing.");
                Vec::new()
            }
        };
        (act, ids, found, r.optional("reason", body.reason))
    })?;
    let mut faults = InputFaults::default();
    let whom = match found {
        Some((query, expected)) => Ok(Whom::Found(query, expected)),
        None => Selected::parse(ids.iter().map(String::as_str)).map(Whom::Named),
    };
    let reason = reason.as_ref().map_or("", |reason| reason.expose());
    // Without an act, a fault was reported already.
    let order = act.map_or(Err(InputFaults::default()), |act| bulk::order(act, reason));
    match (whom, order) {
        (Ok(whom), Ok(order)) => Ok((whom, order)),
        (whom, order) => {
            for fault in [whom.err(), order.err()].iter().flatten() {
                for (field, messages) in fault.iter() {
                    for why in messages {
                        faults.add(field, why);
                    }
                }
            }
            Err(refusals::invalid(&faults))
        }
    }
}

/// The act; `None` after recording a fault.
fn action(r: &mut Reader, field: Field) -> Option<&'static AdminAct> {
    let is_given = field.is_given();
    let typed = r.text("action", field);
    let act = bulk_of(&typed);
    if act.is_none() && is_given && !typed.trim().is_empty() {
        r.fault(
            "action",
            "This act cannot be done to many accounts at once.",
        );
    }
    act
}

pub(super) fn call() -> Call {
    Call::post("/api/admin/users/bulk", Guard::Admin, to(post))
        .about(
            Tag::Administration,
            "Does one act to up to 200 accounts given by id: to each account that it fits, or to none if something fails. Or
            to every account that a filter finds when the call arrives, up to 5,000, in transactions of 200.

            Each is audited and notified as by the act on one account. An account that it does not fit is left out, with
            the code that the act on this one account would be refused with.",
        )
        .takes_with_proof::<Body>()
        .answers::<Answer>(200, "Done; `done` may be empty.")
}

async fn post(state: State, call: AdminCall<Body>, ClientInfo(client): ClientInfo) -> WebResult {
    let (whom, order) = read(call.body)?;
    let (services, proven) = (&state.services, &call.proven);
    let done = match whom {
        Whom::Named(selected) => {
            bulk::perform(services, proven, &selected, &order, &client).await?
        }
        Whom::Found(query, expected) => {
            let selected = found(services, &query, expected).await?;
            bulk::perform_in_parts(services, proven, selected, &order, &client).await?
        }
    };
    let report = done.map_err(refusals::barred)?;
    Ok(HttpResponse::Ok().json(Answer {
        done: report.done,
        left_out: report.left_out.into_iter().map(LeftOut::of).collect(),
        not_reached: report.not_reached,
    }))
}
