//! Files that are sent as they are read.
//!
//! A client that stops receiving one ends the reading, and a fault halfway breaks the connection, so that half a file
//! does not look like a whole one.

use actix_web::{HttpResponse, HttpResponseBuilder, http::header, web::Bytes};
use futures_util::stream::try_unfold;
use tracing::{Instrument, Span};

use super::state::{State, WebState};
use crate::flows::{FlowError, download::Parts};

/// What the log calls this module by.
const LOG: &str = "vestibule::web::pages::admin_export";

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Of what, in its name.
    pub of: &'static str,
    pub ending: &'static str,
    pub media_type: &'static str,
}

impl Kind {
    /// Everything that is held on a user.
    pub const DATA: Self = Self {
        of: "data",
        ending: "json",
        media_type: "application/json",
    };

    pub fn csv(of: &'static str) -> Self {
        Self {
            of,
            ending: "csv",
            media_type: "text/csv; charset=utf-8",
        }
    }
}

/// What comes before a file. It is personal, and `headers` says so to caches.
pub fn head(state: &WebState, kind: Kind) -> HttpResponseBuilder {
    let Kind {
        of,
        ending,
        media_type,
    } = kind;
    let day = state.services.now().date_naive();
    let file = format!("attachment; filename=\"vestibule-{of}-{day}.{ending}\"");
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, file));
    answer
}

/// The answer with a file.
pub fn send(state: State, kind: Kind, file: impl Parts + 'static) -> HttpResponse {
    let mut answer = head(&state, kind);
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
    answer.streaming(parts)
}
