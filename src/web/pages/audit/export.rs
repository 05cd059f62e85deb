//! Files that an admin takes along: the users or the events that a search finds.

use actix_web::{HttpRequest, http::Method, web::Query};

use crate::{
    domain::accounts::user_search,
    flows::{
        InputFaults,
        admin::list,
        audit::{
            export::{self, Export, Taker, rows::Form},
            log,
        },
    },
    web::{
        download::{self, Kind},
        error::WebResult,
        extract::{AdminExport, ClientInfo},
        pages::{AuditQuery, admin::users::ListQuery},
        problem::refusals,
        state::State,
    },
};

/// `GET /admin/users/export`
pub async fn users(
    AdminExport(who): AdminExport,
    query: Query<ListQuery>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let kind = Kind::csv("users");
    if req.method() == Method::HEAD {
        return Ok(download::head(&state, kind).finish());
    }
    let query = list::Query::from(&*query);
    let taker = Taker {
        admin: Some(&who),
        client: &client,
    };
    let begun = export::users(&state.services, &query, Form::Csv, taker).await?;
    sent(state, kind, begun)
}

/// `GET /admin/audit/export`
pub async fn events(
    AdminExport(who): AdminExport,
    query: Query<AuditQuery>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let form = user_search::choice(&Form::WORDS, &query.format);
    let form = form.map_err(|why| refusals::invalid(&InputFaults::one("format", &why)))?;
    let form = form.unwrap_or(Form::Csv);
    let kind = match form {
        Form::Csv => Kind::csv("audit"),
        Form::JsonLines => Kind {
            of: "audit",
            ending: form.word(),
            media_type: "application/x-ndjson",
        },
    };
    if req.method() == Method::HEAD {
        return Ok(download::head(&state, kind).finish());
    }
    let query = log::Query::from(&*query);
    let taker = Taker {
        admin: Some(&who),
        client: &client,
    };
    let begun = export::events(&state.services, &query, form, taker).await?;
    sent(state, kind, begun)
}

fn sent(state: State, kind: Kind, begun: Result<Export, InputFaults>) -> WebResult {
    let file = begun.map_err(|faults| refusals::invalid(&faults))?;
    Ok(download::send(state, kind, file))
}
