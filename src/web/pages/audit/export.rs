//! Exports for admins: the users or the events that a search finds.
//!
//! A file is sent as it is read. Reading ends when the client stops receiving. A fault halfway breaks the
//! connection, so that a partial file does not look like a complete one.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{Method, header},
    web::{Bytes, Query},
};
use futures_util::stream::try_unfold;
use tracing::{Instrument, Span};

use crate::{
    domain::accounts::user_search,
    flows::{
        FlowError, InputFaults,
        admin::list,
        audit::{
            export::{self, Export, Taker, rows::Form},
            log,
        },
    },
    web::{
        error::WebResult,
        extract::{AdminExport, ClientInfo},
        pages::{AuditQuery, admin::users::ListQuery},
        refusals,
        state::{State, WebState},
    },
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::web::pages::admin_export";

/// `GET /admin/users/export`
pub async fn users(
    AdminExport(who): AdminExport,
    query: Query<ListQuery>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    if req.method() == Method::HEAD {
        return Ok(answer(&state, "users", Form::Csv).finish());
    }
    let query = list::Query::from(&*query);
    let taker = Taker {
        admin: Some(&who),
        client: &client,
    };
    let begun = export::users(&state.services, &query, Form::Csv, taker).await?;
    sent(state, "users", Form::Csv, begun)
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
    if req.method() == Method::HEAD {
        return Ok(answer(&state, "audit", form).finish());
    }
    let query = log::Query::from(&*query);
    let taker = Taker {
        admin: Some(&who),
        client: &client,
    };
    let begun = export::events(&state.services, &query, form, taker).await?;
    sent(state, "audit", form, begun)
}

/// The head of the answer. The file is personal, which `headers` tells caches.
fn answer(state: &WebState, what: &str, form: Form) -> HttpResponseBuilder {
    let media_type = match form {
        Form::Csv => "text/csv; charset=utf-8",
        Form::JsonLines => "application/x-ndjson",
    };
    let (day, ending) = (state.services.now().date_naive(), form.word());
    let file = format!("attachment; filename=\"vestibule-{what}-{day}.{ending}\"");
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, file));
    answer
}

fn sent(state: State, what: &str, form: Form, begun: Result<Export, InputFaults>) -> WebResult {
    let file = begun.map_err(|faults| refusals::invalid(&faults))?;
    let mut answer = answer(&state, what, form);
    let span = Span::current();
    let parts = try_unfold((file, state), move |(mut file, state)| {
        let part = async move {
            match file.next(&state.services).await {
                Ok(part) => Ok(part.map(|part| (Bytes::from(part), (file, state)))),
                Err(error) => {
                    tracing::error!(target: LOG, %error, "a file that was being sent broke off");
                    Err::<_, FlowError>(error)
                }
            }
        };
        part.instrument(span.clone())
    });
    Ok(answer.streaming(parts))
}
